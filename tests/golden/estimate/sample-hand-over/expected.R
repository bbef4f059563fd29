# The estimates of this case by R's survey 4.1, over the records of both provinces: Rscript expected.R > expected.csv
# What north.csv may not show apart, isle and delta, is _O there; the isle of south.csv stands.
suppressMessages(library(survey))
north <- read.csv("north.csv")
south <- read.csv("south.csv")
north$region[north$region %in% c("isle", "delta")] <- "_O"
all <- rbind(north, south)
all$stolen <- as.numeric(all$theft == 1)
design <- svydesign(ids = ~unit, strata = ~stratum, weights = ~w, fpc = ~N, data = all)
say <- function(statistic, variable, region, e, se, df, deff = NA, limits = c(NA, NA)) {
    number <- sprintf("%.17g", c(e, se, df, deff, limits))
    number[is.na(c(e, se, df, deff, limits))] <- ""
    cat(paste(c(statistic, variable, region, number), collapse = ","), "\n", sep = "")
}
for (r in c("_O", "coast", "hills", "isle")) {
    one <- subset(design, region == r)
    df <- degf(one)
    there <- subset(one, !is.na(loss))
    m <- svymean(~loss, there, deff = "replace")
    say("mean", "loss", r, coef(m), SE(m), df, deff(m), confint(m, df = df))
    m <- svytotal(~loss, there, deff = "replace")
    say("total", "loss", r, coef(m), SE(m), df, deff(m), confint(m, df = df))
    m <- svyratio(~loss, ~incidents, there)
    say("ratio", "loss/incidents", r, coef(m), SE(m), df, NA, confint(m, df = df))
    m <- svymean(~stolen, one, deff = "replace")
    say("proportion", "theft = 1", r, coef(m), SE(m), df, deff(m), confint(m, df = df))
    for (b in c("high", "low", "mid")) {
        m <- svymean(as.formula(paste0("~I(as.numeric(band == '", b, "'))")), one, deff = "replace")
        say("proportions", paste0("band=", b), r, coef(m), SE(m), df, deff(m), confint(m, df = df))
    }
    m <- svyvar(~age, one)
    say("variance", "age", r, coef(m), SE(m), df)
    for (s in c("women", "men")) {
        part <- subset(one, sex == c(women = "F", men = "M")[s])
        m <- svymean(~age, part, deff = "replace")
        say("mean", s, r, coef(m), SE(m), degf(part), deff(m), confint(m, df = degf(part)))
    }
    m <- svycontrast(svyby(~age, ~sex, one, svymean, covmat = TRUE), quote(F / M))
    say("contrast", "women / men", r, coef(m), SE(m), df, NA, confint(m, df = df))
}
