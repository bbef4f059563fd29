# Domains whose replicate weights are of many kinds, and the degrees of freedom that degf() of R's
# survey 4.1 counts for each: the rank of the weights of the domain's rows, minus 1.
#     Rscript expected.R > expected.csv                             (writes survey.csv too)
suppressMessages(library(survey)); set.seed(20)
R <- 24
part <- function(domain, strata, psu, per, type, digits = NA, ...) {
    d <- expand.grid(k = seq_len(per), psu = seq_len(psu), stratum = seq_len(strata))
    d$unit <- paste(d$stratum, d$psu)
    d$w <- round(exp(rnorm(nrow(d), 5, 0.5)), 2)
    f <- if (is.function(type)) type(nrow(d)) else {
        made <- as.svrepdesign(svydesign(ids = ~unit, strata = ~stratum, weights = ~w, data = d), type = type, compress = FALSE, ...)
        as.matrix(weights(made, "analysis")) / d$w
    }
    w <- matrix(0, nrow(d), R)                  # replicates that a design does not have weigh nothing
    w[, seq_len(ncol(f))] <- d$w * f
    colnames(w) <- paste0("rw", seq_len(R))
    data.frame(domain = domain, w = d$w, y = round(rnorm(nrow(d), 10), 1), if (is.na(digits)) signif(w, 15) else round(w, digits))
}
free <- function(n) matrix(runif(n * R, 0.2, 1.8), n)
inner <- function(q) function(n) matrix(runif(n * q), n) %*% matrix(runif(q * R), q)
successive <- function(n) {
    h <- 2 * hadamard(R - 1) - 1
    a <- (seq_len(n) - 1) %% (R - 1) + 1; b <- seq_len(n) %% (R - 1) + 1
    1 + 2^-1.5 * h[a, seq_len(R)] - 2^-1.5 * h[b, seq_len(R)]
}
all <- rbind(part("jackknife", 6, 4, 3, "JKn"), part("jackknife 2 digits", 6, 4, 3, "JKn", 2), part("jackknife 4 digits", 6, 4, 3, "JKn", 4),
    part("half samples", 11, 2, 4, "BRR"), part("half samples 3 digits", 11, 2, 4, "BRR", 3), part("Fay", 17, 2, 3, "Fay", fay.rho = 0.3),
    part("Fay 6 digits", 17, 2, 3, "Fay", 6, fay.rho = 0.3), part("Fay whole numbers", 17, 2, 3, "Fay", 0, fay.rho = 0.3),
    part("bootstrap", 5, 6, 3, "subbootstrap", replicates = R), part("bootstrap 2 digits", 5, 6, 3, "subbootstrap", 2, replicates = R),
    part("successive", 1, 1, 80, successive), part("successive few", 1, 1, 9, successive, 2), part("free few", 1, 1, 9, free, 3),
    part("free many", 1, 1, 70, free, 3), part("five factors", 1, 1, 60, inner(5)), part("five factors 5 digits", 1, 1, 60, inner(5), 5),
    part("five factors 2 digits", 1, 1, 60, inner(5), 2), part("one row", 1, 1, 1, free, 3))
all <- all[sample(nrow(all)), ]
write.csv(format(all, digits = 15, trim = TRUE, drop0trailing = TRUE, scientific = FALSE, nsmall = 0), "survey.csv", row.names = FALSE, quote = FALSE)
all <- read.csv("survey.csv")
design <- suppressWarnings(svrepdesign(data = all, weights = ~w, repweights = "rw[0-9]+", type = "other", scale = 1, rscales = rep(1, R)))
cat("domain,df\n")
for (d in sort(unique(all$domain), method = "radix")) cat(d, ",", degf(subset(design, domain == d)), "\n", sep = "")
cat("all,", degf(design), "\n", sep = "")
