/* options.c: command lines are read, and help is printed, from one table a command. */
#include "inside.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool cli_is_terminal(FILE *to) { return isatty(fileno(to)) == 1; }

bool cli_colours(FILE *to)
{
    const char *no = getenv("NO_COLOR");
    return cli_is_terminal(to) && !(no && *no);
}

static const struct cli_option *option_find(const struct cli_command *command, pal_str name)
{
    for (const struct cli_option *o = command->options; o && o->kind != CLI_END; o++)
        if (o->kind != CLI_HEAD && pal_str_eq(name, pal_str_of(o->name)))
            return o;
    return NULL;
}

static const struct cli_option *option_of_letter(const struct cli_command *command, char letter)
{
    for (const struct cli_option *o = command->options; o && o->kind != CLI_END; o++)
        if (o->kind != CLI_HEAD && o->letter && o->letter == letter)
            return o;
    return NULL;
}

static enum pal_status unknown_option(const struct cli_command *command, pal_str name,
                                      struct pal_error *err)
{
    pal_str words[64];
    size_t n = 0;
    for (const struct cli_option *o = command->options; o && o->kind != CLI_END; o++)
        if (o->kind != CLI_HEAD && n < PAL_COUNT(words))
            words[n++] = pal_str_of(o->name);
    const pal_str near = pal_nearest(name, words, n);
    if (near.len)
        return pal_fail(err, PAL_USAGE,
                        "unknown option '--%.*s' of 'palermo %s'; did you mean '--%.*s'?",
                        PAL_ARG(name), command->name, PAL_ARG(near));
    return pal_fail(err, PAL_USAGE, "unknown option '--%.*s'; see 'palermo help %s'", PAL_ARG(name),
                    command->name);
}

static enum pal_status list_add(struct cli_list *list, const char *item, struct pal_arena *arena,
                                struct pal_error *err)
{
    const char **grown = pal_arena_grow(arena, list->item, list->n, list->n + 1, sizeof *grown);
    if (!grown)
        return pal_nomem(err, "the command line");
    grown[list->n++] = item;
    list->item = grown;
    return PAL_OK;
}

static enum pal_status store(const struct cli_option *o, const char *value, void *options,
                             struct pal_arena *arena, struct pal_error *err)
{
    void *at = (char *)options + o->at;
    switch (o->kind) {
    case CLI_FLAG:
        *(bool *)at = true;
        return PAL_OK;
    case CLI_TEXT:
        *(const char **)at = value;
        return PAL_OK;
    case CLI_NUMBER:
        if (!pal_num_parse(pal_str_of(value), at))
            return pal_fail(err, PAL_USAGE, "--%s takes a number, not '%s'", o->name, value);
        return PAL_OK;
    case CLI_COUNT: {
        int64_t whole;
        if (!pal_int_parse(pal_str_of(value), &whole) || whole < 0)
            return pal_fail(err, PAL_USAGE, "--%s takes a whole number from 0, not '%s'", o->name,
                            value);
        *(size_t *)at = (size_t)whole;
        return PAL_OK;
    }
    case CLI_LIST:
        return list_add(at, value, arena, err);
    case CLI_HEAD:
    case CLI_END:
        break;
    }
    return pal_fail(err, PAL_BUG, "option '--%s' has no kind", o->name);
}

enum pal_status cli_parse(const struct cli_command *command, int argc, char **argv, struct cli *cli,
                          bool *help, struct pal_error *err)
{
    void *options =
        pal_arena_alloc(cli->arena, 1, command->options_size ? command->options_size : 1);
    if (!options)
        return pal_nomem(err, "the command line");
    bool only_operands = false;
    *help = false;
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i];
        if (only_operands || word[0] != '-' || word[1] == '\0') {
            PAL_TRY(list_add(&cli->operands, word, cli->arena, err));
            continue;
        }
        if (strcmp(word, "--") == 0) {
            only_operands = true;
            continue;
        }
        if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
            *help = true;
            return PAL_OK;
        }
        const struct cli_option *o;
        const char *value = NULL;
        if (word[1] == '-') {
            pal_str name = pal_str_of(word + 2);
            const char *equals = strchr(word + 2, '=');
            if (equals) {
                name.len = (size_t)(equals - (word + 2));
                value = equals + 1;
            }
            o = option_find(command, name);
            if (!o)
                return unknown_option(command, name, err);
        } else {
            o = option_of_letter(command, word[1]);
            if (!o)
                return pal_fail(err, PAL_USAGE, "unknown option '%s'; see 'palermo help %s'", word,
                                command->name);
            if (word[2])
                value = word + 2;
        }
        if (o->kind == CLI_FLAG && value)
            return pal_fail(err, PAL_USAGE, "--%s takes no value", o->name);
        if (o->kind != CLI_FLAG && !value) {
            if (i + 1 >= argc)
                return pal_fail(err, PAL_USAGE, "--%s needs a value (%s)", o->name, o->argument);
            value = argv[++i];
        }
        PAL_TRY(store(o, value, options, cli->arena, err));
    }
    cli->options = options;
    if (cli->operands.n < command->operands_min)
        return pal_fail(err, PAL_USAGE, "too few words\nusage: palermo %s %s", command->name,
                        command->usage);
    if (cli->operands.n > command->operands_max)
        return pal_fail(err, PAL_USAGE, "'%s' is one word too many\nusage: palermo %s %s",
                        cli->operands.item[command->operands_max], command->name, command->usage);
    return PAL_OK;
}
