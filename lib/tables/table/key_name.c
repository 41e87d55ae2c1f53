/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What names of columns say of their integers.
 */
#include <string.h>

#include "table/key.h"

#define WORDS_MOST 16
#define WORD_MOST 32

/* In lower case. */
typedef struct words {
    char text[WORDS_MOST][WORD_MOST];
    int32_t count;
} words;

static const char *const key_words[] = {
    "id",        "ids",      "key",  "uid",     "uuid",     "guid",
    "pk",        "sk",       "pid",  "cid",     "rowid",    "identifier",
    "mrn",       "ssn",      "imei", "msisdn",  "iban",     "isbn",
    "issn",      "ean",      "upc",  "gtin",    "sku",      "asin",
    "vin",       "serial",   "npi",  "siren",   "siret",    "barcode",
    "kennung",   "matrikel", "plz",  "zip",     "postcode", "phone",
    "telephone", "mobile",   "fax",  "telefon", "idx",      "rownum",
    "rownames",  "unnamed",  "doi",  "pmid",    "account",  "konto",
};

/* Only where they come last: "InvoiceNo", but "no_of_items". */
static const char *const last_words[] = {
    "no",    "nr",  "num",       "number", "nummer", "numero", "code",
    "index", "ref", "reference", "row",    "record", "line",
};

static const char *const measure_words[] = {
    "amount",     "price",    "cost",      "cents",       "total",
    "sum",        "count",    "counts",    "qty",         "quantity",
    "population", "year",     "month",     "week",        "day",
    "days",       "date",     "time",      "datetime",    "timestamp",
    "ts",         "epoch",    "unix",      "hour",        "hours",
    "minute",     "minutes",  "second",    "seconds",     "sec",
    "secs",       "ms",       "us",        "ns",          "millis",
    "duration",   "elapsed",  "salary",    "income",      "wage",
    "revenue",    "sales",    "profit",    "balance",     "value",
    "score",      "rating",   "age",       "weight",      "height",
    "length",     "width",    "depth",     "distance",    "size",
    "area",       "volume",   "bytes",     "temperature", "speed",
    "pressure",   "latitude", "longitude", "lat",         "lon",
    "lng",        "votes",    "views",     "likes",       "followers",
    "visitors",   "visits",   "mileage",   "odometer",    "usd",
    "eur",        "gbp",      "percent",   "rate",        "betrag",
    "preis",      "anzahl",   "summe",     "menge",       "einwohner",
    "jahr",       "monat",    "tag",       "datum",       "zeit",
    "umsatz",     "gehalt",   "step",      "steps",       "iteration",
};

/* Words that run into these: "userid", "kundennr", "invoiceno". */
static const char *const endings[] = {"id", "no", "nr", "num", "key", "code"};
static const char *const beginnings[] = {
    "customer",    "client",    "user",    "member",   "person",    "patient",
    "employee",    "emp",       "staff",   "student",  "order",     "invoice",
    "transaction", "trans",     "txn",     "product",  "item",      "article",
    "account",     "card",      "case",    "record",   "rec",       "row",
    "line",        "event",     "session", "visit",    "device",    "vehicle",
    "loan",        "policy",    "claim",   "contract", "store",     "shop",
    "vendor",      "supplier",  "booking", "ticket",   "payment",   "passenger",
    "subject",     "sample",    "roll",    "serial",   "document",  "doc",
    "file",        "message",   "msg",     "post",     "tweet",     "listing",
    "property",    "parcel",    "permit",  "request",  "job",       "task",
    "batch",       "lot",       "kunden",  "auftrags", "rechnungs", "artikel",
    "konto",       "personal",  "beleg",   "vertrags", "post",      "zip",
    "bar",         "stock",     "flight",  "game",     "player",    "team",
    "house",       "household", "station", "sensor",   "company",   "seller",
};

#define HAS(list, text) has(list, sizeof(list) / sizeof *(list), text)

static bool has(const char *const *list, size_t count, const char *text) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], text) == 0) return true;
    return false;
}

static bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

static bool is_letter(char c) {
    return is_upper(c) || is_lower(c) || (unsigned char)c >= 0x80;
}

/* Whether a word begins at a letter behind another: "orderId", "IDNumber". */
static bool begins(const char *at) {
    return is_upper(at[0]) && (!is_upper(at[-1]) || is_lower(at[1]));
}

static void split(const char *name, words *out) {
    int32_t size = 0;
    out->count = 0;
    for (const char *at = name; *at != '\0'; at++) {
        bool letter = is_letter(*at);
        bool within = letter && size > 0 && !begins(at);
        if (!within) size = 0;
        if (!letter) continue;
        if (size == 0 && out->count == WORDS_MOST) return;
        if (size == 0) out->count++;
        if (size == WORD_MOST - 1) continue;
        char *word = out->text[out->count - 1];
        word[size++] = is_upper(*at) ? (char)(*at - 'A' + 'a') : *at;
        word[size] = '\0';
    }
}

static bool ends_as_key(const char *word) {
    size_t size = strlen(word);
    if (size > 6 && (strcmp(word + size - 6, "nummer") == 0 ||
                     strcmp(word + size - 6, "number") == 0))
        return true;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        char stem[WORD_MOST];
        size_t end = strlen(endings[i]);
        if (size <= end || strcmp(word + size - end, endings[i]) != 0) continue;
        memcpy(stem, word, size - end);
        stem[size - end] = '\0';
        if (HAS(beginnings, stem)) return true;
    }
    return false;
}

int32_t sg_key_name(const char *name) {
    words w;
    split(name, &w);
    if (w.count == 0) return SG_NAMED_NOTHING;
    const char *last = w.text[w.count - 1];
    if (HAS(key_words, last) || HAS(last_words, last) || ends_as_key(last))
        return SG_NAMED_KEY;
    for (int32_t i = 0; i < w.count; i++)
        if (HAS(measure_words, w.text[i])) return SG_NAMED_MEASURE;
    for (int32_t i = 0; i < w.count; i++)
        if (HAS(key_words, w.text[i]) || ends_as_key(w.text[i]))
            return SG_NAMED_KEY;
    return SG_NAMED_NOTHING;
}
