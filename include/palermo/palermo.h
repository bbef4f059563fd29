/* palermo.h: the map of the house. Read it top to bottom: that is the way the data travel.
 * A room may open any door above its own line, never one below.
 *
 * bytes -> records -> batches of columns -> groups -> estimator states -> figures -> tables ->
 * packets
 */
#ifndef PALERMO_PALERMO_H
#define PALERMO_PALERMO_H

#include "palermo/assess.h"    /* estimators on known truth: bias, coverage, time              */
#include "palermo/base.h"      /* errors, findings, memory, text, exact sums                 */
#include "palermo/data.h"      /* records become typed columns; codes, areas, checks         */
#include "palermo/design.h"    /* how the records were sampled: strata, units, weights        */
#include "palermo/estimate.h"  /* columns become values with a variance                      */
#include "palermo/indicator.h" /* definitions meet data: figures with their provenance       */
#include "palermo/io.h"        /* bytes in, bytes out: CSV, gzip, XLSX, YAML, folders        */
#include "palermo/protect.h"   /* what tables may not tell, and what others tell          */
#include "palermo/recruits.h"  /* people who recruit each other: respondent-driven samples      */
#include "palermo/report.h"    /* figures become tables, charts and pages in six languages   */
#include "palermo/review.h"    /* packets to governments, their returns, the ledger           */
#include "palermo/scaleup.h"   /* hidden groups from who knows whom                             */
#include "palermo/systems.h"   /* lists that overlap: how many people are on none of them      */
#include "palermo/systems_bayes.h" /* the same with a prior: graphs, latent classes               */

#define PAL_VERSION "0.1.0"

#endif
