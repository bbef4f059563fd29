# Rscript replicates.R FILE OUT THREADS: 200 replicate sums of 12 flags a group by data.table, one product of matrices a group
suppressMessages(library(data.table))
a <- commandArgs(TRUE)
setDTthreads(as.integer(a[3]))
d <- fread(a[1])
flags <- paste0("v", 1:12)
weights <- paste0("rw", 1:200)
for (v in flags) set(d, which(is.na(d[[v]])), v, 0L)
r <- d[, {
    y <- as.matrix(.SD[, ..flags])
    total <- colSums(weight * y)
    each <- crossprod(as.matrix(.SD[, ..weights]), y)
    as.list(c(total, sqrt(colSums(sweep(each, 2, total)^2) / 200)))
}, keyby = .(country, sex, age)]
fwrite(r, a[2])
