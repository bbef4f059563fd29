# real_files.R SHARED LINKED: the estimates of long_real_files.sh by R's survey package, as rows
#   job,statistic,variable,group,estimate,std_error,conf_low,conf_high,df,n
# SHARED is the shared folder, LINKED the file that real_files.py made of households and incidents.
suppressMessages({library(survey); library(data.table)})
options(survey.lonely.psu = "fail", digits = 17)
arg <- commandArgs(TRUE); shared <- arg[1]; linked <- arg[2]
read <- function(name, ...) fread(cmd = paste("zcat", shQuote(file.path(shared, "data", name))), ...)
num <- function(x) ifelse(is.nan(x) | is.na(x), "NaN", ifelse(is.infinite(x), ifelse(x > 0, "Inf", "-Inf"), sprintf("%.17g", x)))
say <- function(job, statistic, variable, group, est, se, low, high, df, n)
  cat(paste(job, statistic, variable, paste0("\"", group, "\""), num(est), num(se), num(low), num(high), num(df), n, sep = ","), "\n", sep = "")
t_ends <- function(est, se, df) est + c(-1, 1) * qt(0.975, df) * se
xlogit <- function(p, se, df) if (p > 0 && p < 1) plogis(t_ends(qlogis(p), se/(p * (1 - p)), df)) else c(NaN, NaN)

# One row a group of `by` (no by: one), with the degrees of freedom of the group.
estimates <- function(job, design, statistic, variable, by = NULL, k = 1, share = FALSE, na.rm = FALSE) {
  sets <- if (is.null(by)) list(list("", design)) else
    lapply(sort(unique(as.character(design$variables[[by]]))), function(g) list(g, design[as.character(design$variables[[by]]) == g, ]))
  for (s in sets) {
    d <- s[[2]]; f <- as.formula(paste0("~", variable))
    x <- switch(statistic, total = svytotal(f, d), count = svytotal(f, d), rate = svymean(f, d), svymean(f, d, na.rm = na.rm))
    est <- k * as.numeric(coef(x))[1]; se <- k * as.numeric(SE(x))[1]; df <- degf(d)
    ends <- if (share) xlogit(est, se, df) else t_ends(est, se, df)
    say(job, statistic, variable, s[[1]], est, se, ends[1], ends[2], df, sum(weights(d) != 0 & !is.na(d$variables[[variable]])))
  }
}

# Totals of all groups in one call: quicker where rows are many. The degrees of freedom are counted by hand.
counts <- function(job, design, by, unit, stratum) {
  v <- design$variables; x <- svytotal(as.formula(paste0("~factor(", by, ")")), design)
  groups <- levels(factor(v[[by]]))
  for (i in seq_along(groups)) {
    mine <- v[[by]] == groups[i]; df <- uniqueN(v[mine, c(stratum, unit), with = FALSE]) - uniqueN(v[[stratum]][mine])
    est <- as.numeric(coef(x))[i]; se <- as.numeric(SE(x))[i]; ends <- t_ends(est, se, df)
    say(job, "count", "one", groups[i], est, se, ends[1], ends[2], df, sum(mine))
  }
}

## households of the National Crime Victimization Survey 2021
h <- read("survey/ncvs_2021_household.csv.gz", colClasses = list(character = "IDHH"))
h$one <- 1; h$owned <- as.numeric(!is.na(h$V2015) & h$V2015 == 1)
d <- svydesign(ids = ~V2118, strata = ~V2117, weights = ~WGTHHCY, nest = TRUE, data = h)
estimates("household", d, "count", "one", "V2143"); estimates("household", d, "proportion", "owned", "V2127B", share = TRUE)
estimates("household", d, "mean", "V2126B", "V2129"); estimates("household", d, "total", "V2126B"); estimates("household", d, "mean", "SC214A", "V2143", na.rm = TRUE)
q <- svyquantile(~V2126B, d, c(0.25, 0.5, 0.75), interval.type = "mean", qrule = "math")[[1]]
for (i in 1:3) say("household", paste0("quantile@", rownames(q)[i]), "V2126B", "", q[i, 1], q[i, 4], q[i, 2], q[i, 3], degf(d), sum(weights(d) != 0))
rm(d, h); invisible(gc())

## victimizations per 1,000 households, as the survey's user's guide has them: weights of incidents over households
l <- fread(linked, colClasses = list(character = "region"))
d <- svydesign(ids = ~psu, strata = ~stratum, weights = ~w, nest = TRUE, data = l)
for (v in c("property", "burglary", "violent")) { estimates("linked", d, "rate", v, k = 1000); estimates("linked", d, "rate", v, "region", k = 1000); estimates("linked", d, "total", v) }
rm(d, l); invisible(gc())

## the incident file by itself
i <- read("survey/ncvs_2021_incident.csv.gz", colClasses = list(character = c("IDHH", "IDPER")))
i$one <- 1; i$reported <- as.numeric(!is.na(i$V4399) & i$V4399 == 1)
d <- svydesign(ids = ~1, weights = ~WGTVICCY, data = i)
estimates("incident", d, "count", "one", "V4529"); estimates("incident", d, "proportion", "reported", "V4529", share = TRUE)

## police.uk: locations as clusters, forces as strata
p <- read("incidents/police_uk_street_2018Q4.csv.gz", select = c("Month", "Reported by", "Location", "Crime type"))
setnames(p, c("month", "force", "location", "type")); p$one <- 1
p$burglary <- as.numeric(p$type == "Burglary"); p$violence <- as.numeric(p$type == "Violence and sexual offences")
d <- svydesign(ids = ~location, strata = ~force, weights = ~one, nest = TRUE, data = p)
for (v in c("burglary", "violence")) estimates("police", d, "proportion", v, share = TRUE)
estimates("police", d, "proportion", "burglary", "month", share = TRUE)
counts("police", d, "type", "location", "force")
rm(d, p); invisible(gc())

## Chicago: blocks as clusters, community areas as strata
x <- read("incidents/chicago_2022_slim.csv.gz"); setnames(x, make.names(names(x)))
x$one <- 1; x$arrest <- as.numeric(tolower(x$Arrest) == "true"); x$domestic <- as.numeric(tolower(x$Domestic) == "true")
d <- svydesign(ids = ~Block, strata = ~Community.Area, weights = ~one, nest = TRUE, data = x)
estimates("chicago", d, "proportion", "arrest", "Primary.Type", share = TRUE); estimates("chicago", d, "proportion", "domestic", share = TRUE)
counts("chicago", d, "Primary.Type", "Block", "Community.Area")
