# The estimates of this case by R's survey 4.1: Rscript expected.R labour-survey.csv > expected.csv
# Each State drew a sample of its own. The total of a region is the sum of theirs and so is its variance; its mean and proportion are those
# of the pooled design. XYA is the region of the invented States, XYZ their world.
suppressMessages(library(survey))
options(survey.lonely.psu = "average", digits = 17)
all <- read.csv(commandArgs(TRUE)[1], stringsAsFactors = FALSE)
all$stratum <- paste(all$country, all$region)
all$unit <- paste(all$stratum, all$area)
all$answered <- all$forced != "refused"
all$yes <- as.numeric(all$forced == "yes")
all$known <- !is.na(all$days); all$days[!all$known] <- 0
design_of <- function(d) svydesign(ids = ~unit, strata = ~stratum, weights = ~weight, fpc = ~areas_of_region, data = d)
pooled <- design_of(all)
states <- c("XAA", "XAB", "XAC", "XAD")
say <- function(code, area, sex, e, s, limits, df)
    cat(paste(c(code, area, "_Z", sex, sprintf("%.17g", c(e, s, limits, df))), collapse = ","), "\n", sep = "")
for (area in c(states, "XYA", "XYZ")) {
    design <- if (area %in% states) design_of(all[all$country == area, ]) else pooled
    for (s in c("_T", "F", "M")) {
        one <- if (s == "_T") design else subset(design, sex == s)
        forced <- subset(one, yes == 1)
        m <- svymean(~days, subset(forced, known))
        say("T-MEAN", area, s, coef(m), SE(m), confint(m, df = degf(forced)), degf(forced))
        e <- v <- df <- 0
        for (state in if (area %in% states) area else states) {
            national <- subset(design_of(all[all$country == state, ]), s == "_T" | sex == s)
            m <- svytotal(~days, subset(national, known))
            e <- e + coef(m); v <- v + SE(m)^2; df <- df + degf(national)
        }
        say("T-TOTAL", area, s, e, sqrt(v), e + c(-1, 1) * qt(0.975, df) * sqrt(v), df)
    }
    df <- degf(design)
    m <- svymean(~yes, subset(design, answered))
    p <- svyciprop(~yes, subset(design, answered), method = "logit", df = df)
    say("T-PROPORTION", area, "_Z", 1000 * coef(m), 1000 * SE(m), 1000 * confint(p), df)
}
