/* gen_records.c: the tables of the benchmarks, the same bytes for the same seed.
 *
 *     gen_records incidents ROWS [SEED]          a register: one line an incident, 12 columns
 *     gen_records sample ROWS [SEED]             a survey: strata, units, weight, 12 flags, 3
 * counts gen_records replicates ROWS WEIGHTS [SEED] the same with replicate weights
 *
 * 200 countries of unequal size by 120 codes by 12 years; one field in ten stands in quotes and
 * holds a comma, one in twenty has doubled quotes; empty: 2 % of regions and values, 0.5 % of
 * victims, 1 % of flags. 100 countries by 20 strata by 30 units in the sample. Country codes are of
 * the range that ISO 3166 leaves to users.
 */
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNTRIES = 200, CODES = 120, SAMPLED = 100, STRATA = 20, UNITS = 30, FLAGS = 12 };

/* splitmix64 (Steele, Lea & Flood 2014) */
static uint64_t state;
static uint64_t next(void)
{
    uint64_t z = state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}
static double unit(void) { return (double)(next() >> 11) * 0x1p-53; }
static unsigned below(unsigned n) { return (unsigned)((next() >> 32) * n >> 32); }

/* ---- writing -----------------------------------------------------------------------------------
 */

static char out[1 << 20];
static size_t used;

static void flush(size_t room)
{
    if (used + room < sizeof out)
        return;
    if (fwrite(out, 1, used, stdout) != used)
        exit(3);
    used = 0;
}

static void put(const char *text)
{
    const size_t n = strlen(text);
    memcpy(out + used, text, n);
    used += n;
}

static void put_whole(uint64_t value, int width)
{
    char digits[24];
    int n = 0;
    do
        digits[n++] = (char)('0' + value % 10);
    while ((value /= 10) || n < width);
    while (n)
        out[used++] = digits[--n];
}

static void put_decimal(double value, int decimals)
{
    const uint64_t scale = decimals == 2 ? 100 : 1000;
    const uint64_t scaled = (uint64_t)(value * (double)scale + 0.5);
    put_whole(scaled / scale, 1);
    out[used++] = '.';
    put_whole(scaled % scale, decimals);
}

static void put_country(unsigned c)
{
    out[used++] = 'X';
    out[used++] = (char)('A' + c / 26);
    out[used++] = (char)('A' + c % 26);
}

static void comma(void) { out[used++] = ','; }

/* ---- a register --------------------------------------------------------------------------------
 */

static unsigned country_of[1 << 16];

static void spread_countries(void)
{
    double all = 0, sum = 0;
    for (int c = 0; c < COUNTRIES; c++)
        all += pow(c + 3, -0.8);
    for (unsigned c = 0, at = 0; c < COUNTRIES; c++) {
        sum += pow((double)c + 3, -0.8);
        for (; at < (unsigned)(sum / all * (1 << 16)) || (c + 1 == COUNTRIES && at < 1 << 16); at++)
            country_of[at] = c;
    }
}

static void put_region(void)
{
    static const char *const sides[] = {"North", "South", "East", "West", "Central"};
    const unsigned kind = below(100), region = below(40);
    if (kind < 10) {
        put("\"");
        put(sides[region % 5]);
        put(", region ");
        put_whole(region, 1);
        put("\"");
    } else if (kind >= 12) {
        put("Region ");
        put_whole(region, 1);
    }
}

static void put_code(void)
{
    const unsigned code = (unsigned)(CODES * unit() * unit());
    put_whole(1 + code / 11, 2);
    put_whole(1 + code % 11, 2);
    put(code % 3 == 0 ? "" : code % 3 == 1 ? "1" : "12");
}

static void incident(uint64_t row)
{
    static const char *const units[] = {"offence", "victim", "suspect", "seizure", "incident"};
    put_whole(2000000000 + 3 * row, 10);
    comma();
    put_whole(2012 + below(12), 4);
    put("-");
    put_whole(1 + below(12), 2);
    put("-");
    put_whole(1 + below(28), 2);
    comma();
    put_country(country_of[below(1 << 16)]);
    comma();
    put_region();
    comma();
    put_code();
    comma();
    put(units[below(5)]);
    comma();
    if (below(200))
        put_whole(below(10) ? 1 : 1 + below(9), 1);
    comma();
    put(below(4) ? "0," : "1,");
    put(below(12) ? "0," : "1,");
    put(below(25) ? "0," : "1,");
    if (below(50))
        put_decimal(exp(2 + 6 * unit()), 2);
    comma();
    if (below(20)) {
        put("District ");
        put_whole(below(10000), 1);
    } else {
        put("\"Market \"\"hall\"\", ");
        put_whole(below(1000), 1);
        put(" street\"");
    }
    put("\n");
}

/* ---- a survey ----------------------------------------------------------------------------------
 */

struct person {
    unsigned unit;
    double weight;
};

static struct person put_person(void)
{
    static const char *const ages[] = {"15-19", "20-24", "25-34", "35-44",
                                       "45-54", "55-64", "65-74", "75+"};
    const unsigned country = country_of[below(1 << 16)] * SAMPLED / COUNTRIES;
    const unsigned stratum = below(STRATA), psu = below(UNITS);
    const struct person person = {psu, 20 + 400 * unit() * (1 + stratum / 10.0)};
    put_country(country);
    comma();
    put_whole(country * STRATA + stratum + 1, 1);
    comma();
    put_whole((uint64_t)(country * STRATA + stratum) * UNITS + psu + 1, 1);
    comma();
    put_decimal(person.weight, 3);
    put(below(2) ? ",F," : ",M,");
    put(ages[below(8)]);
    const double base = 0.02 + 0.04 * ((psu * 37 + stratum * 11) % UNITS) / UNITS;
    for (int f = 0; f < FLAGS; f++) {
        comma();
        if (below(100))
            put(unit() < base * (1 + f % 4) ? "1" : "0");
    }
    for (int f = 0; f < 3; f++) {
        comma();
        if (below(50))
            put_whole(below(8) ? 0 : 1 + below(5), 1);
    }
    return person;
}

static void survey_head(unsigned weights)
{
    put("country,stratum,psu,weight,sex,age");
    for (unsigned f = 1; f <= FLAGS; f++) {
        put(",v");
        put_whole(f, 1);
    }
    put(",n1,n2,n3");
    for (unsigned w = 1; w <= weights; w++) {
        flush(32);
        put(",rw");
        put_whole(w, 1);
    }
    put("\n");
}

static void respondent(unsigned weights)
{
    const struct person person = put_person();
    for (unsigned w = 0; w < weights; w++) { /* a factor a unit and replicate */
        uint64_t x = person.unit * UINT64_C(0x9E3779B97F4A7C15) + w * UINT64_C(0xBF58476D1CE4E5B9);
        x = (x ^ x >> 31) * UINT64_C(0x94D049BB133111EB);
        flush(64);
        comma();
        put_decimal(person.weight * (0.25 + 1.5 * (double)(x >> 11) * 0x1p-53), 3);
    }
    put("\n");
}

int main(int argc, char **argv)
{
    const char *kind = argc > 2 ? argv[1] : "";
    const bool replicates = strcmp(kind, "replicates") == 0;
    const int seed_at = replicates ? 4 : 3;
    const uint64_t rows = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
    const unsigned weights = replicates && argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 0;
    state = argc > seed_at ? strtoull(argv[seed_at], NULL, 10) : 1;
    spread_countries();
    if (strcmp(kind, "incidents") == 0)
        put("incident_id,date,country,region,iccs,counting_unit,victims,weapon,organized,"
            "transnational,value_usd,place\n");
    else if (strcmp(kind, "sample") == 0 || weights)
        survey_head(weights);
    else
        return fprintf(stderr, "usage: gen_records incidents|sample ROWS [SEED]\n"
                               "       gen_records replicates ROWS WEIGHTS [SEED]\n"),
               2;
    for (uint64_t row = 0; row < rows; row++) {
        flush(4096);
        if (*kind == 'i')
            incident(row);
        else
            respondent(weights);
    }
    flush(sizeof out);
    return fflush(stdout) || ferror(stdout) ? 3 : 0;
}
