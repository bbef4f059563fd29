# Rscript survey.R FILE taylor|given|bootstrap mean|total GROUPS(a+b): 12 flags by R survey
suppressMessages({library(survey); library(data.table)})
a <- commandArgs(TRUE)
options(survey.lonely.psu = "adjust")
set.seed(1)
d <- as.data.frame(fread(a[1]))
# Units have numbers of their own over all strata, so nest = FALSE is the same design; nest = TRUE takes fifty times longer.
plain <- function() svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, data = d)
design <- switch(a[2],
    taylor = plain(),
    given = svrepdesign(data = d[, 1:21], weights = ~weight, repweights = as.matrix(d[, paste0("rw", 1:200)]), type = "other",
                        scale = 1 / 200, rscales = rep(1, 200), combined.weights = TRUE, mse = TRUE),
    bootstrap = as.svrepdesign(plain(), type = "bootstrap", replicates = 200))
flags <- as.formula(paste("~", paste0("v", 1:12, collapse = "+")))
invisible(svyby(flags, as.formula(paste("~", a[4])), design, if (a[3] == "total") svytotal else svymean, na.rm = TRUE, vartype = "se"))
