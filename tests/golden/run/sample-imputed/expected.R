# The estimates of this case by R's survey and mitools: Rscript expected.R > expected.csv
# `column` takes the degrees of freedom of the complete data as mitools does, `several` those of Rubin 1987 (its default).
suppressMessages({library(survey); library(mitools)})
options(survey.lonely.psu = "certainty", digits = 17)
all <- read.csv("records.csv", stringsAsFactors = FALSE)
all$unit <- paste(all$stratum, all$area); all$yes <- as.numeric(all$forced == "yes")
designs <- lapply(1:5, function(m) svydesign(ids = ~unit, strata = ~stratum, weights = ~weight, data = all[all$imputation == m, ]))
for (name in c("column", "several")) for (state in c("XAB", "XAD")) for (s in c("_T", "F", "M")) for (code in c("MEAN", "PROPORTION", "TOTAL")) {
    fits <- lapply(designs, function(d) {
        one <- subset(d, country == state & (s == "_T" | sex == s))
        switch(code, MEAN = svymean(~days, one), PROPORTION = svymean(~yes, one), TOTAL = svytotal(~days, one))
    })
    both <- MIcombine(lapply(fits, coef), lapply(fits, vcov), df.complete = if (name == "column") degf(designs[[1]]) else Inf)
    e <- coef(both)[[1]]; se <- sqrt(vcov(both)[[1]]); df <- both$df[[1]]; q <- qt(0.975, df)
    limits <- if (code == "PROPORTION") plogis(qlogis(e) + c(-1, 1) * q * se / (e * (1 - e))) else e + c(-1, 1) * q * se
    cat(paste(c(paste("I", code, name, sep = "-"), state, "_Z", s, sprintf("%.17g", c(e, se, limits, df))), collapse = ","), "\n", sep = "")
}
