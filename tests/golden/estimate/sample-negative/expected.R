# By R's survey 4.1: Rscript expected.R > expected.csv. One factor a unit makes some weights negative.
suppressMessages(library(survey)); options(digits = 17)
d <- read.csv("survey.csv", na.strings = "")
design <- svydesign(ids = ~psu, strata = ~stratum, weights = ~w, nest = TRUE, data = d)
made <- calibrate(design, ~sex + age, c(`(Intercept)` = 2500, sexM = 1200, age = 150000), aggregate.stage = 1)
stopifnot(min(weights(made)) < 0)
for (sex in c("F", "M")) {
    of <- made[made$variables$sex == sex, ]; total <- svytotal(~incidents, of); mean <- svymean(~age, of)
    for (x in list(total, mean)) cat(sprintf("%.17g,%.17g,%d,%d,%d\n", coef(x), SE(x), degf(of), degf(made), sum(weights(of) != 0)))
}
