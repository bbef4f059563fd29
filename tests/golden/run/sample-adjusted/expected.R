# The estimates of this case by R's survey 4.1: sh designs.sh $TOP && Rscript expected.R > expected.csv
# Non-response has no function there: the weights of a class go to those who answered, in the full sample and in each replicate.
suppressMessages(library(survey))
options(survey.lonely.psu = "average", digits = 17)
all <- read.csv("records.csv", stringsAsFactors = FALSE)
all$unit <- paste(all$stratum, all$area)
answered <- all$forced != "refused"; all$yes <- as.numeric(all$forced == "yes")   # nought is outside the domain below
known <- !is.na(all$days); all$days[!known] <- 0
all$m <- as.numeric(all$sex == "M"); all$old <- as.numeric(all$age == "60+"); all$b <- as.numeric(all$country == "XAB")
base <- svydesign(ids = ~unit, strata = ~stratum, weights = ~weight, data = all)
population <- function(file) { p <- read.csv(file, stringsAsFactors = FALSE); names(p)[ncol(p)] <- "Freq"; p }
t <- read.csv("totals.csv", stringsAsFactors = FALSE); t <- setNames(t$population, t$term)
totals <- c(`(Intercept)` = t[["1"]], m = t[["sex=M"]], old = t[["age=60+"]], b = t[["country=XAB"]])
tight <- list(maxit = 500, epsilon = 1e-13)
designs <- list(
    post = postStratify(base, ~country + sex + age, population("cells.csv")),
    raked = rake(base, list(~country + sex, ~country + age), list(population("sexes.csv"), population("ages.csv")),
                 control = list(maxit = 500, epsilon = 1e-9)),
    linear = calibrate(base, ~m + old + b, totals, calfun = "linear"),
    logit = calibrate(base, ~m + old + b, totals, calfun = "logit", bounds = c(0.5, 2), epsilon = 1e-13, maxit = 500),
    trimmed = postStratify(trimWeights(base, upper = 3100), ~country + sex + age, population("cells.csv")))
options(survey.lonely.psu = "certainty")
made <- as.svrepdesign(base, type = "JKn", mse = TRUE)
class <- paste(all$country, all$sex)
adjusted <- function(w) {
    whole <- tapply(w, class, sum); part <- tapply(w * answered, class, sum)
    ifelse(answered, w * (whole / part)[class], 0)
}
w <- apply(weights(made, "analysis"), 2, adjusted)
designs$nonresponse <- svrepdesign(data = all, weights = adjusted(all$weight), repweights = w, type = "JKn", scale = 1,
                                   rscales = made$rscales, combined.weights = TRUE, mse = TRUE)
say <- function(code, name, area, sex, e, s, limits, df)
    cat(paste(c(paste0("A-", code, "-", name), area, "_Z", sex, sprintf("%.17g", c(e, s, limits, df))), collapse = ","), "\n", sep = "")
for (name in names(designs)) {
    options(survey.lonely.psu = if (name == "nonresponse") "certainty" else "average")
    design <- designs[[name]]
    for (area in c("XAA", "XAB", "XAC", "XAD")) for (s in c("_T", "F", "M")) {
        inside <- all$country == area & (s == "_T" | all$sex == s) & (answered | name != "nonresponse")
        df <- degf(base[inside, ])
        one <- design[inside & known, ]
        m <- svymean(~days, one)
        say("MEAN", name, area, s, coef(m), SE(m), confint(m, df = df), df)
        m <- svytotal(~days, one)
        say("TOTAL", name, area, s, coef(m), SE(m), confint(m, df = df), df)
        given <- design[inside & answered, ]
        m <- svymean(~yes, given)
        p <- svyciprop(~yes, given, method = "logit", df = df)
        say("PROPORTION", name, area, s, coef(m), SE(m), confint(p), df)
        if (s != "_T") next
        q <- svyquantile(~days, one, 0.985, qrule = "math", interval.type = "mean", df = df)
        say("QUANTILE", name, area, "_Z", coef(q), (confint(q)[2] - confint(q)[1]) / (2 * qt(0.975, df)), confint(q), df)
    }
}
