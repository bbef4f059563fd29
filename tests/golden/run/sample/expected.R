# The estimates of this case by R's survey 4.1: Rscript expected.R labour-survey.csv > expected.csv
# Each State drew a sample of its own. svyciprop and svyquantile need the records without an answer to be gone first.
suppressMessages(library(survey))
options(survey.lonely.psu = "average", digits = 17)
all <- read.csv(commandArgs(TRUE)[1], stringsAsFactors = FALSE)
all$unit <- paste(all$region, all$area)
all$answered <- all$forced != "refused"
all$yes <- as.numeric(all$forced == "yes")
say <- function(code, area, sex, age, e, s, low, high, df) {
    if (sex == "_T" && !code %in% c("S-MEAN", "S-PROPORTION", "S-TOTAL")) sex <- "_Z"
    if (age == "_T" && code != "S-TOTAL") age <- "_Z"
    cat(paste(c(code, area, age, sex, sprintf("%.17g", c(e, s, low, high, df))), collapse = ","), "\n", sep = "")
}
limits <- function(m, df) confint(m, df = df)
codes <- c("15-29" = "Y15T29", "30-44" = "Y30T44", "45-59" = "Y45T59", "60+" = "Y_GE60")
for (area in c("XAA", "XAB", "XAC", "XAD")) {
    design <- svydesign(ids = ~unit, strata = ~region, weights = ~weight, fpc = ~areas_of_region,
                        data = all[all$country == area, ])
    given <- subset(design, answered)
    for (s in c("_T", "F", "M")) {
        one <- if (s == "_T") design else subset(design, sex == s)
        forced <- subset(one, yes == 1)
        m <- svymean(~days, forced, na.rm = TRUE)
        say("S-MEAN", area, s, "_T", coef(m), SE(m), limits(m, degf(forced))[1], limits(m, degf(forced))[2], degf(forced))
        young <- subset(one, age %in% c("15-29", "30-44"))
        m <- svymean(~yes, subset(young, answered))
        p <- svyciprop(~yes, subset(young, answered), method = "logit", df = degf(young))
        say("S-PROPORTION", area, s, "_T", 1000 * coef(m), 1000 * SE(m), 1000 * confint(p)[1], 1000 * confint(p)[2], degf(young))
        for (a in c("_T", names(codes))) {
            part <- if (a == "_T") one else subset(one, age == a)
            m <- svytotal(~days, part, na.rm = TRUE)
            say("S-TOTAL", area, s, if (a == "_T") a else codes[[a]], coef(m), SE(m), limits(m, degf(part))[1],
                limits(m, degf(part))[2], degf(part))
        }
    }
    forced <- subset(design, yes == 1)
    m <- svyratio(~days, ~yes, forced)
    say("S-RATIO", area, "_T", "_T", coef(m), SE(m), limits(m, degf(forced))[1], limits(m, degf(forced))[2], degf(forced))
    q <- svyquantile(~days, forced, 0.5, qrule = "math", interval.type = "mean", df = degf(forced))
    # Under the first weight share R 4.1 gives the second smallest value (repaired in 4.3): the smallest is meant.
    below <- svymean(~I(days <= coef(q)), forced)
    first <- min(forced$variables$days)
    least <- sum(weights(forced)[forced$variables$days == first]) / sum(weights(forced))
    under <- coef(below)[2] - qt(0.975, degf(forced)) * SE(below)[2] < least
    say("S-QUANTILE", area, "_T", "_T", coef(q), (confint(q)[2] - (low <- if (isTRUE(unname(under))) first else confint(q)[1])) /
        (2 * qt(0.975, degf(forced))), low, confint(q)[2], degf(forced))
    v <- svyvar(~days, given)
    say("S-VARIANCE", area, "_T", "_T", coef(v), SE(v), limits(v, degf(design))[1], limits(v, degf(design))[2], degf(design))
}
