/* help.c: help, man pages and shell completion, all printed from the commands' tables, so they
 * cannot disagree with what the program takes. */
#include "inside.h"

#include <string.h>

enum { WIDTH = 80, OPTION_COLUMN = 26 };

struct entry { /* a heading or a command, in the order of commands.def */
    const char *heading;
    const struct cli_command *command;
};

#define CLI_HEADING(text)
#define CLI_COMMAND(name) extern const struct cli_command cli_command_##name;
#include "commands.def"
#undef CLI_HEADING
#undef CLI_COMMAND

static const struct entry entries[] = {
#define CLI_HEADING(text) {text, NULL},
#define CLI_COMMAND(name) {NULL, &cli_command_##name},
#include "commands.def"
#undef CLI_HEADING
#undef CLI_COMMAND
};

static const struct cli_command *const commands[] = {
#define CLI_HEADING(text)
#define CLI_COMMAND(name) &cli_command_##name,
#include "commands.def"
#undef CLI_HEADING
#undef CLI_COMMAND
    NULL,
};

const struct cli_command *const *cli_commands(void) { return commands; }

const struct cli_command *cli_command_find(pal_str name)
{
    for (size_t i = 0; commands[i]; i++)
        if (pal_str_eq(name, pal_str_of(commands[i]->name)))
            return commands[i];
    return NULL;
}

static int put(FILE *to, int at, int indent, const char *word, int n, int width)
{
    if (at > indent && at + 1 + n > width) {
        fprintf(to, "\n%*s", indent, "");
        at = indent;
    } else if (at > indent) {
        fputc(' ', to);
        at++;
    }
    fprintf(to, "%.*s", n, word);
    return at + n;
}

/* Words are filled to `width`; an empty line parts paragraphs. The first line starts at `indent`.
 */
void cli_wrap(FILE *to, const char *text, int indent, int width)
{
    int at = indent;
    for (const char *p = text; *p;) {
        if (p[0] == '\n' && p[1] == '\n') {
            fprintf(to, "\n\n%*s", indent, "");
            at = indent;
            p += 2;
            continue;
        }
        const size_t gap = strspn(p, " \n");
        p += gap;
        const size_t n = strcspn(p, " \n");
        if (n)
            at = put(to, at, indent, p, (int)n, width);
        p += n;
    }
    fputc('\n', to);
}

static void option_line(const struct cli_option *o, FILE *to)
{
    char left[96];
    const int n = o->letter ? snprintf(left, sizeof left, "  -%c, --%s%s%s", o->letter, o->name,
                                       o->argument ? " " : "", o->argument ? o->argument : "")
                            : snprintf(left, sizeof left, "  --%s%s%s", o->name,
                                       o->argument ? " " : "", o->argument ? o->argument : "");
    fputs(left, to);
    if (n >= OPTION_COLUMN - 1)
        fprintf(to, "\n%*s", OPTION_COLUMN, "");
    else
        fprintf(to, "%*s", OPTION_COLUMN - n, "");
    cli_wrap(to, o->help, OPTION_COLUMN, WIDTH);
}

void cli_help(const struct cli_command *command, FILE *to)
{
    fputs("usage: ", to);
    char usage[1024];
    snprintf(usage, sizeof usage, "palermo %s %s", command->name, command->usage);
    cli_wrap(to, usage, 7, WIDTH);
    fputc('\n', to);
    cli_wrap(to, command->about, 0, WIDTH);
    bool headed = false;
    for (const struct cli_option *o = command->options; o && o->kind != CLI_END; o++) {
        if (o->kind == CLI_HEAD)
            fprintf(to, "\n%s:\n", o->help);
        else if (!headed)
            fputs("\noptions:\n", to);
        headed = true;
        if (o->kind != CLI_HEAD)
            option_line(o, to);
    }
    if (command->examples)
        fprintf(to, "\nexamples:\n%s", command->examples);
}

void cli_overview(FILE *to)
{
    fputs("usage: palermo COMMAND [words and options]\n\n", to);
    cli_wrap(to,
             "palermo reads national crime datasets, computes standardized organized-crime "
             "indicators with their uncertainty, and writes draft tables that governments review.",
             0, WIDTH);
    for (size_t i = 0; i < PAL_COUNT(entries); i++) {
        if (entries[i].heading) {
            fprintf(to, "\n%s\n", entries[i].heading);
        } else {
            fprintf(to, "  %-12s", entries[i].command->name);
            cli_wrap(to, entries[i].command->summary, 14, WIDTH);
        }
    }
    fputs("\n'palermo help COMMAND' tells more; 'palermo --version' the version.\n", to);
}

/* ---- man pages ----------------------------------------------------------------------------------
 */

static void roff(FILE *to, const char *text)
{
    bool line_start = true;
    for (const char *p = text; *p; p++) {
        if (p[0] == '\n' && p[1] == '\n') {
            fputs("\n.PP\n", to);
            p++;
            line_start = true;
            continue;
        }
        if (line_start && (*p == '.' || *p == '\''))
            fputs("\\&", to);
        if (*p == '\\')
            fputs("\\e", to);
        else if (*p == '-')
            fputs("\\-", to);
        else
            fputc(*p, to);
        line_start = *p == '\n';
    }
    fputc('\n', to);
}

static void roff_options(const struct cli_option *options, FILE *to)
{
    for (const struct cli_option *o = options; o && o->kind != CLI_END; o++) {
        if (o->kind == CLI_HEAD) {
            fputs(".SS ", to);
            roff(to, o->help);
            continue;
        }
        fputs(".TP\n.B ", to);
        if (o->letter)
            fprintf(to, "\\-%c, ", o->letter);
        fputs("\\-\\-", to);
        fputs(o->name, to);
        if (o->argument)
            fprintf(to, " \\fI%s\\fR", o->argument);
        fputc('\n', to);
        roff(to, o->help);
    }
}

void cli_man(const struct cli_command *command, FILE *to)
{
    if (!command) {
        fputs(".TH PALERMO 1 \"\" \"palermo " PAL_VERSION "\" \"User commands\"\n.SH NAME\n"
              "palermo \\- organized\\-crime indicators with their uncertainty, for review by "
              "governments\n"
              ".SH SYNOPSIS\n.B palermo\n.I COMMAND\n[words and options]\n.SH COMMANDS\n",
              to);
        for (size_t i = 0; i < PAL_COUNT(entries); i++) {
            if (entries[i].heading) {
                fprintf(to, ".SS %s\n", entries[i].heading);
            } else {
                fprintf(to, ".TP\n.BR palermo\\-%s (1)\n", entries[i].command->name);
                roff(to, entries[i].command->summary);
            }
        }
        fputs(".SH EXIT STATUS\n0 done; 1 the data have errors; 2 wrong usage; 3 a file cannot be "
              "read or written; 4 a return disagrees with its draft; 70 a bug.\n"
              ".SH ENVIRONMENT\n.TP\n.B PALERMO_DATA\nFolders of datasets, separated by colons.\n"
              ".TP\n.B NO_COLOR\nNo colours, whatever the terminal.\n"
              ".TP\n.B SOURCE_DATE_EPOCH\nThe date printed when no \\-\\-as\\-of is given.\n",
              to);
        return;
    }
    fprintf(to, ".TH PALERMO-%s 1 \"\" \"palermo " PAL_VERSION "\" \"User commands\"\n",
            command->name);
    fprintf(to, ".SH NAME\npalermo-%s \\- ", command->name);
    roff(to, command->summary);
    fprintf(to, ".SH SYNOPSIS\n.B palermo %s\n", command->name);
    roff(to, command->usage);
    fputs(".SH DESCRIPTION\n", to);
    roff(to, command->about);
    if (command->options && command->options->kind != CLI_END) {
        fputs(".SH OPTIONS\n", to);
        roff_options(command->options, to);
    }
    if (command->examples) {
        fputs(".SH EXAMPLES\n.nf\n", to);
        roff(to, command->examples);
        fputs(".fi\n", to);
    }
    fputs(".SH SEE ALSO\n.BR palermo (1)\n", to);
}

/* ---- completion
 * ----------------------------------------------------------------------------------- */

void cli_completion(FILE *to)
{
    fputs("# bash completion for palermo; printed by 'palermo help --completion'\n"
          "_palermo() {\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} options=\n"
          "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
          "        COMPREPLY=($(compgen -W \"",
          to);
    for (size_t i = 0; commands[i]; i++)
        fprintf(to, "%s%s", i ? " " : "", commands[i]->name);
    fputs("\" -- \"$word\"))\n        return\n    fi\n    case ${COMP_WORDS[1]} in\n", to);
    for (size_t i = 0; commands[i]; i++) {
        fprintf(to, "    %s) options=\"--help", commands[i]->name);
        for (const struct cli_option *o = commands[i]->options; o && o->kind != CLI_END; o++)
            if (o->kind != CLI_HEAD)
                fprintf(to, " --%s", o->name);
        fputs("\" ;;\n", to);
    }
    fputs("    esac\n"
          "    case $word in\n"
          "    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$word\")) ;;\n"
          "    *) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n"
          "    esac\n"
          "}\n"
          "complete -o filenames -F _palermo palermo\n",
          to);
}
