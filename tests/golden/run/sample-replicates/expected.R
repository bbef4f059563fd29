# Records with replicate weights of a stratified jackknife, and the estimates by R's survey 4.1:
#     Rscript expected.R labour-survey.csv > expected.csv           (writes records/records.csv too)
suppressMessages(library(survey))
all <- read.csv(commandArgs(TRUE)[1], stringsAsFactors = FALSE)
d <- all[all$country == "XAA" & all$region %in% c("R1", "R4") & all$area <= 3, ]
d$unit <- paste(d$region, d$area)
made <- as.svrepdesign(svydesign(ids = ~unit, strata = ~region, weights = ~weight, data = d), type = "JKn")
w <- weights(made, "analysis")
colnames(w) <- paste0("rw", seq_len(ncol(w)))
write.csv(cbind(d[c("country", "year", "sex", "weight", "forced", "days")], w), "records/records.csv", row.names = FALSE, na = "",
          quote = FALSE)
d <- read.csv("records/records.csv", stringsAsFactors = FALSE)
d$yes <- ifelse(d$forced == "refused", NA, as.numeric(d$forced == "yes"))
design <- svrepdesign(data = d, weights = ~weight, repweights = "rw[0-9]+", type = "JKn", scale = 1, rscales = rep(2 / 3, ncol(w)),
                      combined.weights = TRUE)
say <- function(code, sex, m, g, per = 1) {
    df <- degf(g)
    cat(paste(c(code, "XAA", "_Z", sex, sprintf("%.17g", c(per * coef(m), per * SE(m), per * confint(m, df = df)[1],
        per * confint(m, df = df)[2], df))), collapse = ","), "\n", sep = "")
}
for (s in c("_T", "F", "M")) {
    g <- if (s == "_T") design else subset(design, sex == s)
    say("R-MEAN", s, svymean(~days, g, na.rm = TRUE), g)
    say("R-PROPORTION", s, svymean(~yes, g, na.rm = TRUE), g, 1000)
    say("R-TOTAL", s, svytotal(~yes, g, na.rm = TRUE), g)
}
