#include "report/escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Decodes one character; returns its bytes, 0 when they are no UTF-8 (RFC 3629). */
static size_t utf8_decode(const char *text, uint32_t *code)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *p = (const unsigned char *)text;
    size_t bytes = p[0] < 0x80 ? 1 : p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc2 ? 2 : 0;

    if (bytes <= 1) {
        *code = p[0];
        return bytes;
    }
    *code = p[0] & (0xffU >> (bytes + 1));
    for (size_t i = 1; i < bytes; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }
        *code = *code << 6 | (p[i] & 0x3f);
    }
    bool surrogate = *code >= 0xd800 && *code <= 0xdfff;
    return *code < smallest[bytes] || *code > 0x10ffff || surrogate ? 0 : bytes;
}

/* Control characters (C0, DEL, C1), line separators, and marks that reverse what people read. */
static bool is_harmful(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x061c ||
           (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2060 && code <= 0x206f) || code == 0xfeff;
}

/* The next character of *text, cleaned, as bytes; moves *text behind it. */
static size_t next_clean(const char **text, const char **clean)
{
    uint32_t code = 0;
    size_t bytes = utf8_decode(*text, &code);

    *clean = *text;
    *text += bytes > 0 ? bytes : 1;
    if (bytes > 0 && (code == '\n' || code == '\t' || code == '\r')) {
        *clean = " ";
        return 1;
    }
    if (bytes == 0 || is_harmful(code)) {
        *clean = "?";
        return 1;
    }
    return bytes;
}

static const char *html_entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* What one ASCII character becomes, or NULL when it stays. */
static const char *replacement(enum be_escape_target target, char c, char backslashed[3])
{
    switch (target) {
    case BE_ESCAPE_HTML:
        return html_entity(c);
    case BE_ESCAPE_MARKDOWN:
        if (c == '@') {
            return "&#64;"; /* or it calls a person where Markdown is hosted */
        }
        if (html_entity(c) && c != '\'' && c != '"') {
            return html_entity(c);
        }
        if (strchr("\\`*_[]#|~$", c)) {
            backslashed[0] = '\\';
            backslashed[1] = c;
            backslashed[2] = '\0';
            return backslashed;
        }
        return NULL;
    case BE_ESCAPE_GNUPLOT:
        return c == '\'' ? "''" : NULL;
    case BE_ESCAPE_DATA:
        return c == '"' ? "'" : c == '\\' ? "/" : NULL;
    case BE_ESCAPE_TERMINAL:
        break;
    }
    return NULL;
}

size_t be_escape_columns(const char *text)
{
    const char *clean = NULL;
    size_t columns = 0;

    while (*text) {
        next_clean(&text, &clean);
        columns++;
    }
    return columns;
}

void be_escape_append(struct be_buffer *out, enum be_escape_target target, const char *text,
                      size_t columns_max)
{
    char backslashed[3];
    bool cut = columns_max > 3 && be_escape_columns(text) > columns_max;

    for (size_t column = 0; *text && (!cut || column < columns_max - 3); column++) {
        const char *clean = NULL;
        size_t bytes = next_clean(&text, &clean);
        const char *other = bytes == 1 ? replacement(target, *clean, backslashed) : NULL;
        if (other) {
            be_buffer_puts(out, other);
        } else {
            be_buffer_append(out, clean, bytes);
        }
    }
    if (cut) {
        be_buffer_puts(out, "...");
    }
}
