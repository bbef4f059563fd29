# The estimates of this case by R's survey 4.1: Rscript expected.R panel/panel.csv > expected.csv
# Both rounds are one file and share their units: svyby keeps the covariance of its groups, svycontrast takes it into the comparison.
suppressMessages(library(survey))
options(survey.lonely.psu = "certainty", digits = 17)
all <- read.csv(commandArgs(TRUE)[1], stringsAsFactors = FALSE)
all$unit <- paste(all$stratum, all$area); all$yes <- as.numeric(all$forced == "yes"); all$round <- paste0("r", all$year)
all$g <- all$sex
design <- svydesign(ids = ~unit, strata = ~stratum, weights = ~weight, data = all)
say <- function(code, area, sex, contrast, df, by = 1, add = 0) {
    e <- by * (coef(contrast)[[1]] + add); s <- by * SE(contrast)[[1]]
    cat(paste(c(code, area, "_Z", sex, sprintf("%.17g", c(e, s, e + c(-1, 1) * qt(0.975, df) * s, df))), collapse = ","), "\n", sep = "")
}
for (state in c("XAA", "XAB", "XYA", "XYZ")) for (s in c("_T", "F", "M")) {
    inside <- (all$country == state | state %in% c("XYA", "XYZ")) & (s == "_T" | all$sex == s)
    one <- design[inside, ]
    df <- degf(one)
    totals <- svyby(~days, ~round, one, svytotal, covmat = TRUE)
    if (s == "_T") say("C-WORLD", state, "_Z", svycontrast(totals, quote(r2023 - r2021)), df)
    if (state %in% c("XYA", "XYZ")) next
    means <- svyby(~days, ~round, one, svymean, covmat = TRUE)
    say("C-MEAN", state, s, svycontrast(means, quote(r2023 - r2021)), df)
    say("C-RATIO", state, s, svycontrast(means, quote(r2023 / r2021)), df)
    say("C-PERCENT", state, s, svycontrast(totals, quote(r2023 / r2021)), df, 100, -1)
    if (s == "_T") say("C-SHARE", state, "_Z", svycontrast(svyby(~yes, ~round, one, svymean, covmat = TRUE), quote(r2023 - r2021)), df, 1000)
}
for (state in c("XAA", "XAB")) {
    one <- design[all$country == state & all$year == 2023, ]
    say("C-SEXES", state, "_T", svycontrast(svyby(~days, ~g, one, svymean, covmat = TRUE), quote(`F` - `M`)), degf(one))
}
