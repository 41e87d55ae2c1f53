/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Built-in data: card transactions of made-up customers over 90 days.
 *
 * Each customer has a home city, a level of spending, habits (a weight for each
 * class of merchants), a salary and perhaps a journey. The customer's
 * purchases are drawn one by one: day, class, hour of the class, amount of the
 * class; now and then some of them are a thief's. In the order of time they
 * then change the balance; at last all customers' are ordered by time.
 *
 * Purchase i of the table draws from block i of the streams, so that the table
 * is a function of (rows, seed).
 */
#include <math.h>
#include <string.h>

#include "base/floats.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"
#include "table/table.h"

enum {
    DAYS = 90,
    FIRST_DAY = 19723, /* 2024-01-01, a Monday, counted from 1970 */
    EACH = 60,         /* purchases of a customer, on average */
    MOST_ROWS = 2000000000
};
#define DAY 86400
#define HOUR 3600

/* ---- the world ---------------------------------------------------------- */

static const struct city {
    const char *name;
    double share; /* of the customers */
    double price; /* level of prices */
} cities[] = {
    {"Berlin", 0.22, 1.00},   {"Hamburg", 0.13, 1.02},
    {"Munich", 0.12, 1.14},   {"Vienna", 0.13, 1.04},
    {"Paris", 0.12, 1.20},    {"Amsterdam", 0.08, 1.16},
    {"Brussels", 0.06, 1.05}, {"Milan", 0.06, 1.06},
    {"Madrid", 0.05, 0.90},   {"Lisbon", 0.03, 0.82},
};
#define CITIES ((int32_t)(sizeof cities / sizeof *cities))

/* How amounts end. */
enum { CENTS, TAG, TIP, ROUND, LIST };
/* How one pays. */
enum { AT_TERMINAL, ONLINE, MACHINE };

/* Relative frequencies of hours, of which the first is `first`. */
static const struct hours {
    int32_t first, count;
    unsigned char weight[18];
} shop = {8, 13, {2, 4, 7, 8, 7, 6, 6, 7, 9, 11, 9, 5, 2}},
  meal = {11, 13, {2, 9, 10, 5, 2, 2, 2, 6, 11, 10, 6, 3, 1}},
  morning = {6, 13, {3, 8, 11, 9, 7, 5, 4, 5, 6, 6, 4, 2, 1}},
  commute = {5, 18, {2, 6, 11, 10, 5, 3, 3, 3, 3, 3, 5, 9, 10, 6, 3, 2, 2, 1}},
  evening = {17, 11, {2, 3, 4, 7, 9, 10, 10, 8, 5, 3, 1}},
  home = {8, 17, {2, 3, 3, 3, 4, 4, 3, 3, 3, 4, 5, 6, 8, 9, 8, 5, 2}},
  billing = {1, 6, {4, 6, 8, 6, 4, 2}};

static const struct merchant {
    const char *name;
    double weight;         /* how often customers buy there */
    double weekend;        /* and on Saturdays and Sundays, as a factor */
    double fraud;          /* how often thieves do */
    double median, spread; /* of amounts: lognormal */
    double level;          /* how much spending depends on the customer's */
    int32_t ending, paying;
    const struct hours *hours;
} merchants[] = {
    {"groceries", 26, 1.1, 3, 27, 0.75, 0.5, TAG, AT_TERMINAL, &shop},
    {"restaurant", 10, 1.6, 1, 34, 0.60, 0.8, TIP, AT_TERMINAL, &meal},
    {"cafe", 11, 1.2, 0, 6.2, 0.45, 0.3, TIP, AT_TERMINAL, &morning},
    {"bar", 5, 2.6, 2, 19, 0.65, 0.6, TIP, AT_TERMINAL, &evening},
    {"fuel", 6, 0.9, 2, 58, 0.35, 0.3, ROUND, AT_TERMINAL, &commute},
    {"transport", 10, 0.5, 0, 0, 0, 0, LIST, AT_TERMINAL, &commute},
    {"pharmacy", 4, 0.6, 0, 14, 0.60, 0.2, TAG, AT_TERMINAL, &shop},
    {"clothing", 5, 1.9, 8, 52, 0.70, 0.9, TAG, AT_TERMINAL, &shop},
    {"electronics", 2, 1.4, 26, 96, 1.05, 0.9, TAG, AT_TERMINAL, &shop},
    {"household", 4, 1.8, 3, 38, 0.85, 0.8, TAG, AT_TERMINAL, &shop},
    {"online", 9, 1.2, 32, 33, 0.85, 0.7, TAG, ONLINE, &home},
    {"subscription", 3, 1, 0, 0, 0, 0, LIST, ONLINE, &billing},
    {"travel", 1.5, 1.1, 11, 165, 0.90, 1.0, CENTS, ONLINE, &home},
    {"cash", 3.5, 1.2, 12, 80, 0.70, 0.6, ROUND, MACHINE, &shop},
};
#define MERCHANTS ((int32_t)(sizeof merchants / sizeof *merchants))
enum { TRANSPORT = 5, CASH = 13 };

static const double tickets[] = {2.2, 2.2, 3.5, 3.5, 3.5, 7, 9.9, 29};
static const double plans[] = {4.99, 7.99, 9.99, 9.99, 12.99, 15.99, 17.99};

/* ---- customers and purchases -------------------------------------------- */

typedef struct purchase {
    int64_t second; /* from the start of the first day */
    double amount, balance;
    int32_t customer;
    int8_t city, merchant;
    int8_t contactless; /* -1: missing */
    int8_t fraud;
} purchase;

typedef struct customer {
    int32_t home;
    double level;     /* of spending: about 1 */
    double tapping;   /* how readily the card is held to the terminal */
    int32_t away;     /* the city of a journey, */
    int32_t from, to; /* and its days */
    /* Cumulative weights of merchants on weekdays and on weekends. */
    double habit[2][MERCHANTS];
} customer;

/* Uniform numbers of a purchase, by what they decide. */
enum { WHEN, WHERE, AT, MINUTE, END, TAP, PLACE, BLANK, DRAWS };
/* Of a customer. */
enum { HOME, TAPPING, JOURNEY, AWAY, FROM, LONG, INCOME, PAYDAY, START };
enum { BURST = START + 1, THEFT_DAY, THEFT_CITY, THEFT_NIGHT, THEFT_HOUR };
enum { CUSTOMER_DRAWS = 16 };

typedef struct world {
    syngan_context *context;
    uint64_t seed;
    int64_t rows;
    int64_t customers;
    double *until; /* cumulative activity of the customers, to 1 */
    purchase *purchases;
    float *draws; /* of one customer's purchases: uniform, then normal */
    int64_t most; /* purchases of one customer */
} world;

static void draw_uniform(const world *w, const char *stream, uint64_t first,
                         size_t count, float *out) {
    sg_random random = {.seed = w->seed, .stream = sg_stream_id(stream)};
    sg_random_uniform(&random, first, count, out);
}

static void draw_normal(const world *w, const char *stream, uint64_t first,
                        size_t count, float *out) {
    sg_random random = {.seed = w->seed, .stream = sg_stream_id(stream)};
    sg_random_normal(&random, first, count, out);
}

/* The first place whose cumulative weight is above `u` of the last. */
static int32_t choose(const double *cumulative, int32_t count, double u) {
    double at = u * cumulative[count - 1];
    int32_t i = 0;
    while (i < count - 1 && cumulative[i] <= at)
        i++;
    return i;
}

static int32_t choose_city(double u, int32_t other_than) {
    double cumulative[CITIES], sum = 0;
    for (int32_t i = 0; i < CITIES; i++)
        cumulative[i] = sum += i == other_than ? 0 : cities[i].share;
    return choose(cumulative, CITIES, u);
}

static bool is_weekend(int64_t day) {
    return day % 7 >= 5;
}

static customer make_customer(const world *w, int64_t index, const float *u) {
    float z[MERCHANTS + 2];
    draw_normal(w, "habits", (uint64_t)index * 16, MERCHANTS + 2, z);
    customer c = {.home = choose_city((double)u[HOME], -1),
                  .level = exp(0.35 * (double)z[MERCHANTS]),
                  .tapping = 0.55 + 0.44 * (double)u[TAPPING]};
    if (u[JOURNEY] < 0.5f) {
        c.away = choose_city((double)u[AWAY], c.home);
        c.from = (int32_t)((double)u[FROM] * DAYS);
        c.to = c.from + 2 + (int32_t)(u[LONG] * 6);
    }
    for (int weekend = 0; weekend < 2; weekend++) {
        double sum = 0;
        for (int32_t i = 0; i < MERCHANTS; i++)
            c.habit[weekend][i] = sum += merchants[i].weight *
                                         exp(0.6 * (double)z[i]) *
                                         (weekend ? merchants[i].weekend : 1);
    }
    return c;
}

/* ---- one purchase ------------------------------------------------------- */

/* A day; weekends have 1.25 times as many purchases as other days. */
static int64_t choose_day(double u) {
    double cumulative[7] = {1, 2, 3, 4.05, 5.25, 6.6, 7.7};
    double weeks = u * DAYS / 7;
    int64_t week = (int64_t)weeks;
    int64_t day = week * 7 + choose(cumulative, 7, weeks - (double)week);
    return day < DAYS ? day : DAYS - 1;
}

static int64_t choose_second(const struct hours *hours, const float *u) {
    double cumulative[18], sum = 0;
    for (int32_t i = 0; i < hours->count; i++)
        cumulative[i] = sum += hours->weight[i];
    int32_t hour = choose(cumulative, hours->count, (double)u[AT]);
    return (int64_t)(hours->first + hour) * HOUR +
           (int64_t)((double)u[MINUTE] * HOUR);
}

static double cents(double amount) {
    return rint(amount * 100) / 100;
}

/* The amount as such merchants' receipts end; `u` decides how. */
static double end_amount(int32_t merchant, double amount, double u) {
    switch (merchants[merchant].ending) {
    case TAG: /* one price or a sum of prices that end in 9 */
        if (u < 0.35) return cents(ceil(amount) - 0.01);
        return u < 0.45 ? cents(ceil(amount) - 0.51) : cents(amount);
    case TIP: /* often a round sum, else tenths */
        if (u < 0.35) return ceil(amount);
        return u < 0.5 ? ceil(amount / 5) * 5 : rint(amount * 10) / 10;
    case ROUND:
        if (merchant == CASH)
            return amount < 30 ? 20 : ceil(amount / 50 - 0.3) * 50;
        return u < 0.2 ? ceil(amount / 10) * 10 : cents(amount);
    default:
        return cents(amount);
    }
}

static double choose_amount(const customer *c, int32_t merchant, int32_t city,
                            double u, double z) {
    const struct merchant *m = &merchants[merchant];
    if (m->ending == LIST) {
        bool ticket = merchant == TRANSPORT;
        size_t count = ticket ? sizeof tickets / sizeof *tickets
                              : sizeof plans / sizeof *plans;
        size_t at = (size_t)(u * (double)count);
        return ticket ? tickets[at] : plans[at];
    }
    double amount = m->median * cities[city].price * exp(m->spread * z) *
                    (1 + m->level * (c->level - 1));
    return end_amount(merchant, amount < 0.6 ? 0.6 : amount, u);
}

/* Terminals take cards without contact up to 50; above, with a number. */
static int8_t choose_contactless(int32_t paying, double amount, double readily,
                                 double u) {
    if (paying == ONLINE) return -1;
    if (paying == MACHINE) return 0;
    return u < (amount <= 50 ? readily : 0.25 * readily);
}

static purchase make_purchase(const customer *c, const float *u, double z) {
    int64_t day = choose_day((double)u[WHEN]);
    int32_t merchant =
        choose(c->habit[is_weekend(day)], MERCHANTS, (double)u[WHERE]);
    const struct merchant *m = &merchants[merchant];
    bool away = day >= c->from && day < c->to && m->paying != ONLINE;
    int32_t city = away ? c->away : c->home;
    /* A trip of a day. */
    if (!away && m->paying != ONLINE && u[PLACE] < 0.015f)
        city = choose_city((double)u[PLACE] / 0.015, c->home);
    double amount = choose_amount(c, merchant, city, (double)u[END], z);
    return (purchase){.second = day * DAY + choose_second(m->hours, u),
                      .amount = amount,
                      .city = (int8_t)city,
                      .merchant = (int8_t)merchant,
                      .contactless = choose_contactless(
                          m->paying, amount, c->tapping, (double)u[TAP])};
}

/* ---- thieves ------------------------------------------------------------ */

/* Mostly far from home and at night: a small purchase that tries the card, and
 * then all that it is good for, within a few hours. */
static void steal(const customer *c, const float *whole, const float *draws,
                  int64_t count, purchase *purchases) {
    double cumulative[MERCHANTS], sum = 0;
    for (int32_t i = 0; i < MERCHANTS; i++)
        cumulative[i] = sum += merchants[i].fraud;
    int32_t city = choose_city((double)whole[THEFT_CITY], c->home);
    double hour =
        (double)whole[THEFT_HOUR] * (whole[THEFT_NIGHT] < 0.75f ? 5.5 : 24);
    int64_t second =
        choose_day((double)whole[THEFT_DAY]) * DAY + (int64_t)(hour * HOUR);
    for (int64_t i = 0; i < count; i++) {
        const float *u = draws + i * DRAWS;
        int32_t merchant = choose(cumulative, MERCHANTS, (double)u[WHERE]);
        bool online = merchants[merchant].paying == ONLINE;
        double large = 140 + 900 * (double)(u[END] * u[PLACE]);
        double amount =
            i == 0 && count > 2 && merchant != CASH && merchant != CASH
                ? 1 + 8 * (double)u[END]
            : merchant == CASH ? ceil(large / 100) * 100
                               : cents(large);
        second += i == 0 ? 0 : 60 + (int64_t)(-900 * log(1 - (double)u[AT]));
        purchases[i] = (purchase){
            .second = second,
            .amount = cents(amount),
            .city = (int8_t)city,
            .merchant = (int8_t)merchant,
            .contactless = online ? -1 : amount <= 50 && u[TAP] < 0.6f,
            .fraud = 1};
    }
}

/* How many of a customer's purchases are a thief's. Every 400 purchases of the
 * table there is a burst of 2 to 6, so that small tables have some, too. */
static int64_t stolen(int64_t first, int64_t count, const float *whole) {
    int64_t burst = 2 + (int64_t)((double)whole[BURST] * 5);
    bool any = (first + count + 200) / 400 > (first + 200) / 400;
    return !any ? 0 : burst < count ? burst : count;
}

/* ---- the account -------------------------------------------------------- */

static void order_by_time(purchase *purchases, int64_t count) {
    for (int64_t i = 1; i < count; i++) {
        purchase moved = purchases[i];
        int64_t at = i;
        for (; at > 0 && purchases[at - 1].second > moved.second; at--)
            purchases[at] = purchases[at - 1];
        purchases[at] = moved;
    }
}

/* What comes and goes by itself in a month. */
typedef struct account {
    double salary, rent, balance;
    int64_t payday; /* counted from the month's first day, 0 */
} account;

/* A salary that the customer can live on. */
static account open_account(const customer *c, const purchase *purchases,
                            int64_t count, const float *whole) {
    double spent = 0;
    for (int64_t i = 0; i < count; i++)
        spent += purchases[i].fraud ? 0 : purchases[i].amount;
    double monthly =
        spent / DAYS * 30 * (1 + 0.6 * (double)whole[INCOME]) / 0.6;
    double least = (1300 + 500 * (double)whole[INCOME]) * c->level;
    double salary = rint((monthly > least ? monthly : least) / 10) * 10;
    return (account){.salary = salary,
                     .rent = rint(salary * 0.075) * 5,
                     .payday = 24 + (int64_t)((double)whole[PAYDAY] * 4),
                     .balance =
                         cents(salary * (0.3 + 0.9 * (double)whole[START]))};
}

static void pass_day(account *a, int64_t day) {
    static const int64_t months[] = {0, 31, 60, 91};
    for (int i = 0; i < 4; i++) {
        if (day == months[i] + 2) a->balance -= a->rent;
        if (day == months[i] + a->payday) a->balance += a->salary;
    }
}

/* Writes what the account had before each purchase. When it has too little,
 * savings are moved there. */
static void settle(account *a, purchase *purchases, int64_t count) {
    int64_t day = -1;
    for (int64_t i = 0; i < count; i++) {
        purchase *p = &purchases[i];
        for (; day < p->second / DAY; day++)
            pass_day(a, day + 1);
        if (a->balance < p->amount)
            a->balance += ceil((p->amount - a->balance) / 500) * 500;
        p->balance = a->balance = cents(a->balance);
        a->balance -= p->amount;
    }
}

/* ---- all customers ------------------------------------------------------ */

static int64_t first_of(const world *w, int64_t index) {
    return index == 0 ? 0 : (int64_t)((double)w->rows * w->until[index - 1]);
}

static void live(const world *w, int64_t index) {
    int64_t first = first_of(w, index), count = first_of(w, index + 1) - first;
    purchase *purchases = w->purchases + first;
    float whole[CUSTOMER_DRAWS], *u = w->draws, *z = u + w->most * DRAWS;
    draw_uniform(w, "customer", (uint64_t)index * CUSTOMER_DRAWS,
                 CUSTOMER_DRAWS, whole);
    draw_uniform(w, "purchase", (uint64_t)first * DRAWS, (size_t)count * DRAWS,
                 u);
    draw_normal(w, "amount", (uint64_t)first, (size_t)count, z);
    customer c = make_customer(w, index, whole);
    int64_t thefts = stolen(first, count, whole);
    steal(&c, whole, u, thefts, purchases);
    for (int64_t i = thefts; i < count; i++)
        purchases[i] = make_purchase(&c, u + i * DRAWS, (double)z[i]);
    order_by_time(purchases, count);
    account a = open_account(&c, purchases, count, whole);
    settle(&a, purchases, count);
    for (int64_t i = 0; i < count; i++) {
        purchases[i].customer = (int32_t)index;
        if (u[i * DRAWS + BLANK] < 0.004f) purchases[i].balance = (double)NAN;
    }
}

/* Some customers use their card more often than others. */
static syngan_status make_customers(world *w) {
    size_t bytes = (size_t)w->customers * sizeof *w->until;
    w->until = sg_alloc(w->context, bytes);
    if (w->until == NULL) return sg_fail_memory(w->context, "a table", bytes);
    double sum = 0;
    for (int64_t i = 0; i < w->customers; i++) {
        float z;
        SG_TRY(sg_check_at(w->context, i, "table"));
        draw_normal(w, "activity", (uint64_t)i, 1, &z);
        w->until[i] = sum += exp(0.6 * (double)z);
    }
    for (int64_t i = 0; i < w->customers; i++)
        w->until[i] = i + 1 < w->customers ? w->until[i] / sum : 1;
    for (int64_t i = 0; i < w->customers; i++) {
        int64_t count = first_of(w, i + 1) - first_of(w, i);
        if (count > w->most) w->most = count;
    }
    return SYNGAN_OK;
}

/* ---- the table ---------------------------------------------------------- */

enum { DIGIT = 12, DIGITS = 1 << DIGIT };

/* One pass of a radix sort by a digit of the second. */
static void order_pass(const world *w, int shift, const int32_t *from,
                       int32_t *to) {
    int64_t start[DIGITS + 1] = {0};
    for (int64_t i = 0; i < w->rows; i++)
        start[(w->purchases[i].second >> shift & (DIGITS - 1)) + 1]++;
    for (int digit = 0; digit < DIGITS; digit++)
        start[digit + 1] += start[digit];
    for (int64_t i = 0; i < w->rows; i++) {
        int32_t at = from != NULL ? from[i] : (int32_t)i;
        to[start[w->purchases[at].second >> shift & (DIGITS - 1)]++] = at;
    }
}

typedef struct column_spec {
    const char *name;
    int32_t type, decimals;
} column_spec;

static const column_spec columns[] = {
    {"card", SYNGAN_COLUMN_IDENTIFIER, -1},
    {"time", SYNGAN_COLUMN_TIME, -1},
    {"city", SYNGAN_COLUMN_CATEGORY, -1},
    {"merchant", SYNGAN_COLUMN_CATEGORY, -1},
    {"amount", SYNGAN_COLUMN_REAL, 2},
    {"contactless", SYNGAN_COLUMN_BOOLEAN, -1},
    {"balance", SYNGAN_COLUMN_REAL, 2},
    {"fraud", SYNGAN_COLUMN_BOOLEAN, -1},
};
enum { CARD, TIME, CITY, MERCHANT, AMOUNT, CONTACTLESS, BALANCE, FRAUD };
#define COLUMNS (sizeof columns / sizeof *columns)

/* The text's number in its column before it has a code, -1: missing. */
static int32_t number_of(const purchase *p, size_t column) {
    switch (column) {
    case CARD:
        return p->customer;
    case CITY:
        return p->city;
    case MERCHANT:
        return p->merchant;
    case CONTACTLESS:
        return p->contactless;
    default:
        return p->fraud;
    }
}

static const char *text_of(const world *w, size_t column, int32_t number,
                           char room[32]) {
    if (column == CITY) return cities[number].name;
    if (column == MERCHANT) return merchants[number].name;
    if (column != CARD) return number == 1 ? "true" : "false";
    /* An odd factor: different customers get different cards. */
    uint32_t card = ((uint32_t)number + 1) * 2654435761u ^ (uint32_t)w->seed;
    sg_text(room, 32, "card-%08x", (unsigned)card);
    return room;
}

/* Codes in the order in which the texts come. */
static syngan_status fill_codes(const world *w, const int32_t *order,
                                size_t index, int32_t *code_of,
                                sg_column *column) {
    char room[32];
    for (int64_t row = 0; row < w->rows; row++) {
        int32_t number = number_of(&w->purchases[order[row]], index);
        column->codes[row] = -1;
        SG_TRY(sg_check_at(w->context, row, "table"));
        if (number < 0) continue;
        if (code_of[number] < 0) {
            const char *text = text_of(w, index, number, room);
            SG_TRY(sg_dictionary_add(column->words, text, strlen(text),
                                     &code_of[number]));
        }
        column->codes[row] = code_of[number];
    }
    return SYNGAN_OK;
}

static void fill_values(const world *w, const int32_t *order, size_t index,
                        sg_column *column) {
    for (int64_t row = 0; row < w->rows; row++) {
        const purchase *p = &w->purchases[order[row]];
        if (index == TIME)
            column->integers[row] =
                ((int64_t)FIRST_DAY * DAY + p->second) * 1000000;
        else
            column->reals[row] = index == AMOUNT ? p->amount : p->balance;
    }
}

static syngan_status fill(const world *w, const int32_t *order, size_t index,
                          sg_column *column) {
    size_t bytes = (size_t)w->rows * sg_column_step(column);
    column->name = sg_strdup(w->context, columns[index].name);
    column->data = sg_alloc(w->context, bytes);
    if (column->type == SYNGAN_COLUMN_TIME)
        column->format = sg_strdup(w->context, "%Y-%m-%d %H:%M:%S");
    if (column->name == NULL || column->data == NULL ||
        (column->type == SYNGAN_COLUMN_TIME && column->format == NULL))
        return sg_fail_memory(w->context, "a column", bytes);
    if (!sg_column_has_codes(column)) {
        fill_values(w, order, index, column);
        return SYNGAN_OK;
    }
    /* Room for the numbers of customers, cities, merchants, and two. */
    bytes = ((size_t)w->customers + CITIES + MERCHANTS) * sizeof(int32_t);
    int32_t *code_of = sg_alloc(w->context, bytes);
    column->words = sg_dictionary_make(w->context);
    syngan_status status = SYNGAN_E_MEMORY;
    if (code_of == NULL || column->words == NULL) {
        (void)sg_fail_memory(w->context, "a column", bytes);
    } else {
        memset(code_of, 0xff, bytes);
        status = fill_codes(w, order, index, code_of, column);
    }
    sg_free(w->context, code_of);
    return status;
}

static syngan_status fill_table(const world *w, const int32_t *order,
                                syngan_table *table) {
    for (size_t i = 0; i < COLUMNS; i++) {
        SG_TRY(sg_check_cancelled(w->context, "table"));
        sg_column column = {.type = columns[i].type,
                            .decimals = columns[i].decimals};
        syngan_status status = fill(w, order, i, &column);
        if (status == SYNGAN_OK)
            status = sg_table_add(table, &column);
        else
            sg_column_end(w->context, &column);
        SG_TRY(status);
    }
    return SYNGAN_OK;
}

static syngan_status make_world(world *w, syngan_table *table) {
    SG_TRY(make_customers(w));
    size_t bytes = (size_t)w->rows * sizeof *w->purchases;
    w->purchases = sg_alloc(w->context, bytes);
    w->draws =
        sg_alloc(w->context, (size_t)w->most * (DRAWS + 1) * sizeof *w->draws);
    if (w->purchases == NULL || w->draws == NULL)
        return sg_fail_memory(w->context, "a table", bytes);
    for (int64_t i = 0; i < w->customers; i++) {
        SG_TRY(sg_check_cancelled(w->context, "table"));
        live(w, i);
    }
    bytes = (size_t)w->rows * sizeof(int32_t);
    int32_t *order = sg_alloc(w->context, 2 * bytes);
    if (order == NULL) return sg_fail_memory(w->context, "a table", 2 * bytes);
    order_pass(w, 0, NULL, order + w->rows);
    order_pass(w, DIGIT, order + w->rows, order);
    syngan_status status = fill_table(w, order, table);
    sg_free(w->context, order);
    return status;
}

syngan_status syngan_table_transactions(syngan_context *context, int64_t rows,
                                        uint64_t seed, syngan_table **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (context == NULL) return SYNGAN_E_ARGUMENT;
    if (out == NULL || rows < 0 || rows > MOST_ROWS)
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "syngan_table_transactions: %lld rows are asked for, "
                       "but must be 0 to %d, and the result must be",
                       (long long)rows, MOST_ROWS);
    world w = {.context = context,
               .seed = seed,
               .rows = rows,
               .customers = (rows + EACH - 1) / EACH};
    syngan_table *table;
    SG_TRY(sg_table_make(context, rows, &table));
    syngan_status status = make_world(&w, table);
    sg_free(context, w.until);
    sg_free(context, w.purchases);
    sg_free(context, w.draws);
    if (status == SYNGAN_OK)
        *out = table;
    else
        syngan_table_free(table);
    return status;
}
