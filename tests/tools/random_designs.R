# random_designs.R FOLDER SEED: a folder of survey estimates from random designs of up to three stages, by the functions of
# reference/survey (FOLDER/refgen.R, FOLDER/sim.R), to be run as any other. See long_other_seeds.py.
arg <- commandArgs(TRUE); setwd(arg[1]); dir.create("data", FALSE)
source("refgen.R"); source("sim.R"); ROWS$prefix <- "v"

# Units of a few strata, some alone, some drawn to the last; weights with and without zeros, values with holes.
sample_of <- function(seed) {
  set.seed(seed); out <- list()
  for (h in 1:sample(1:12, 1)) { n <- sample(1:6, 1); N <- n + sample(0:20, 1)
    for (i in 1:n) { m <- sample(1:5, 1); M <- m + sample(0:30, 1)
      for (j in 1:m) { k <- sample(1:4, 1); K <- k + sample(0:5, 1)
        out[[length(out) + 1]] <- data.frame(st = paste0("S", h), psu = i, ssu = j, tsu = 1:k, N, M, K, f1 = n/N, f2 = m/M, w = (N/n) * (M/m) * (K/k)) } } }
  d <- do.call(rbind, out); rows <- nrow(d); hole <- function(x, p) { x[runif(rows) < p] <- NA; x }
  d$zone <- sample(c("a", "b", "c d"), rows, TRUE, prob = c(.6, .3, .1)); d$sex <- hole(sample(c("F", "M"), rows, TRUE), .05)
  d$y <- hole(round(rnorm(rows, 50, 20), 2), .05); d$x <- hole(rpois(rows, 3), .03); d$z <- rbinom(rows, 1, .2); d$neg <- round(rnorm(rows), 4)
  d$one <- 1L; d$w0 <- d$w * (runif(rows) > .15); d$wr <- round(d$w, 3); d$uid <- paste(d$st, d$psu, sep = "-"); d
}
DESIGNS <- list(
  c("ids=psu;strata=st;weights=w;fpc=;nest=1", "ids=~psu, strata=~st, weights=~w, nest=TRUE"),
  c("ids=psu;strata=st;weights=w0;fpc=;nest=1", "ids=~psu, strata=~st, weights=~w0, nest=TRUE"),
  c("ids=psu;strata=st;weights=wr;fpc=N;nest=1", "ids=~psu, strata=~st, weights=~wr, fpc=~N, nest=TRUE"),
  c("ids=psu;strata=st;weights=wr;fpc=f1;nest=1", "ids=~psu, strata=~st, weights=~wr, fpc=~f1, nest=TRUE"),
  c("ids=psu,ssu;strata=st;weights=w;fpc=N,M;nest=1", "ids=~psu+ssu, strata=~st, weights=~w, fpc=~N+M, nest=TRUE"),
  c("ids=psu,ssu;strata=st;weights=w;fpc=f1,f2;nest=1", "ids=~psu+ssu, strata=~st, weights=~w, fpc=~f1+f2, nest=TRUE"),
  c("ids=psu,ssu,tsu;strata=st;weights=w;fpc=N,M,K;nest=1", "ids=~psu+ssu+tsu, strata=~st, weights=~w, fpc=~N+M+K, nest=TRUE"),
  c("ids=psu,ssu,tsu;strata=st;weights=;fpc=N,M,K;nest=1", "ids=~psu+ssu+tsu, strata=~st, fpc=~N+M+K, nest=TRUE"),
  c("ids=uid;strata=;weights=w;fpc=;nest=0", "ids=~uid, weights=~w"),
  c("ids=uid;strata=st;weights=w;fpc=;nest=0", "ids=~uid, strata=~st, weights=~w"),
  c("ids=;strata=;weights=w0;fpc=;nest=0", "ids=~1, weights=~w0"),
  c("ids=;strata=st;weights=w;fpc=;nest=0", "ids=~1, strata=~st, weights=~w"))
SHARES <- c("asin", "beta", "mean", "xlogit", "wilson")

for (q in 1:6) {
  f <- write_data(sample_of(as.integer(arg[2]) * 100 + q), sprintf("random%d.csv", q))
  lonely <- sample(c("fail", "remove", "certainty", "adjust", "average"), 1); domains <- runif(1) < .3
  for (what in DESIGNS[sample(length(DESIGNS), 4)]) {
    spec <- paste0("type=taylor;", what[1]); code <- sprintf("svydesign(%s, data=dat)", what[2])
    D <- tryCatch(DES(f, spec, code, lonely = lonely, adj = domains), error = identity)
    if (inherits(D, "error")) {
      emit("lonely", data_file = f, design = paste0(spec, ";lonely=", lonely), statistic = "mean", variables = "y", r_call = "svymean(~y, d)",
           status = paste("error:", gsub("\n", " ", conditionMessage(D)))); next }
    try(battery("taylor", D, num = c("y", "neg", "x"), prop = c("z==1", "x>=4"), ratio = "y/x", rate = "z/one",
      domains = c("sex==\"F\"", "zone==\"a\" & y>40", "x %in% c(1,2)"), by = c("zone", "sex", "sex,zone")), silent = TRUE)
    try({ one_stat("taylor", D, "variance", "y"); one_stat("taylor", D, "variance", "neg", domain = "zone==\"b\"") }, silent = TRUE)
    try({ ciprop("ciprop", D, "z==1", methods = SHARES); ciprop("ciprop", D, "neg>0", domain = "sex==\"M\"", methods = SHARES) }, silent = TRUE)
    try({ quant("quantile", D, "y", c(.1, .5, .77), c("mean", "beta", "xlogit", "asin"), "math")
      quant("quantile", D, "x", c(.25, .5), "mean", c("math", "hf7", "hf5"), domain = "zone==\"a\"") }, silent = TRUE)
  }
}
write_expected()
