/* QEMU plugin that counts how often each piece of straight-line code runs, and what runs after it.
 *
 * It knows no instruction set and no cycle model: it writes addresses and counts, and `cargo xtask mcu-bench` decodes the
 * instructions from the ELF file. (It does not even ask QEMU how long an instruction is: QEMU 7.2 is wrong about the last one
 * before the end of a page.)
 *
 * A *block* is straight-line code: a translation block of QEMU, cut at the addresses given as arguments so that a count
 * belongs to exactly one side of each. Arguments, addresses in any form that strtoull takes:
 *
 *   out=FILE     where the counts go when the emulator ends
 *   start=ADDR   counting begins when this instruction is reached, in segment 0
 *   stop=ADDR    and ends before this one
 *   mark=ADDR    from this instruction on, counts go to segment n, for the n-th `mark` (n = 1, 2, ...)
 *
 * Output: the line `regions N`, how often counting began; then lines `ADDR INSTRUCTIONS SEGMENT NEXT COUNT`: so often the block
 * with these instructions from ADDR on ran in the segment, and the block at NEXT after it. Addresses are hexadecimal.
 *
 * The plugin interface is declared here, because few systems install its header. Versions 1 (QEMU 4.2 to 8.2) and 2 (9.0 on)
 * agree in all that is used; QEMU looks at `qemu_plugin_version` to see whether it can load the plugin.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

/* ---- QEMU's plugin interface ---- */

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum { QEMU_PLUGIN_CB_NO_REGS = 0 };
typedef void (*translate_cb)(qemu_plugin_id_t, struct qemu_plugin_tb *);
typedef void (*execute_cb)(unsigned int vcpu, void *data);
typedef void (*exit_cb)(qemu_plugin_id_t, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t, translate_cb);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *, execute_cb, int flags, void *data);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t, exit_cb, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *);
/* Exists from version 2 on, and is not called. */
__attribute__((weak)) void *qemu_plugin_scoreboard_new(size_t);

EXPORT int qemu_plugin_version = 1;

/* Runs when QEMU has loaded the file, before it reads the version. */
__attribute__((constructor)) static void choose_version(void)
{
    if (qemu_plugin_scoreboard_new) {
        qemu_plugin_version = 2;
    }
}

/* ---- Blocks ---- */

/* What ran after a block. */
struct edge {
    uint64_t next;
    uint64_t count;
    struct edge *other;
};

struct block {
    uint64_t address;
    uint32_t instructions;
    int boundary; /* the first of `boundaries` at its address, or -1 */
    struct edge **edges; /* one list for each segment */
    struct block *next; /* in the bucket */
};

enum { BUCKETS = 1 << 14, BOUNDARIES = 4096, START = 0, STOP = 1, FIRST_MARK = 2 };

static struct block *buckets[BUCKETS];

/* Addresses at which something changes: start, stop, then the marks. */
static uint64_t boundaries[BOUNDARIES];
static int boundary_count = FIRST_MARK;

static const char *out;
static bool counting;
static uint64_t regions;
static size_t segment;
static struct edge **last; /* of the block that ran before, if it is counted */

static size_t segments(void)
{
    return (size_t)(boundary_count - FIRST_MARK) + 1;
}

static int boundary_at(uint64_t address)
{
    for (int i = 0; i < boundary_count; i++) {
        if (boundaries[i] == address) {
            return i;
        }
    }
    return -1;
}

static void *zeroed(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (!memory) {
        fputs("counts: out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

/* The block with this place and length: code can be translated again. */
static struct block *block_at(uint64_t address, uint32_t instructions)
{
    struct block **place = &buckets[(address >> 1) % BUCKETS];
    for (; *place; place = &(*place)->next) {
        if ((*place)->address == address && (*place)->instructions == instructions) {
            return *place;
        }
    }
    struct block *block = zeroed(1, sizeof *block);
    block->address = address;
    block->instructions = instructions;
    block->boundary = boundary_at(address);
    block->edges = zeroed(segments(), sizeof *block->edges);
    *place = block;
    return block;
}

static void cross(int boundary)
{
    switch (boundary) {
    case START:
        counting = true;
        regions++;
        segment = 0;
        break;
    case STOP:
        counting = false;
        break;
    default:
        segment = (size_t)(boundary - FIRST_MARK) + 1;
    }
}

static void count(struct edge **edges, uint64_t next)
{
    struct edge **place = edges;
    while (*place && (*place)->next != next) {
        place = &(*place)->other;
    }
    struct edge *edge = *place;
    if (edge) {
        *place = edge->other;
    } else {
        edge = zeroed(1, sizeof *edge);
        edge->next = next;
    }
    edge->count++;
    /* What was taken last is likely to be taken next. */
    edge->other = *edges;
    *edges = edge;
}

static void on_block(unsigned int vcpu, void *data)
{
    struct block *block = data;
    (void)vcpu;
    if (last) {
        count(last, block->address);
    }
    if (block->boundary >= 0) {
        for (int i = block->boundary; i < boundary_count; i++) {
            if (boundaries[i] == block->address) {
                cross(i);
            }
        }
    }
    last = counting ? &block->edges[segment] : NULL;
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    size_t count = qemu_plugin_tb_n_insns(tb);
    (void)id;
    for (size_t i = 0; i < count;) {
        struct qemu_plugin_insn *first = qemu_plugin_tb_get_insn(tb, i);
        uint32_t instructions = 0;
        do {
            instructions++;
            i++;
        } while (i < count && boundary_at(qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, i))) < 0);
        qemu_plugin_register_vcpu_insn_exec_cb(first, on_block, QEMU_PLUGIN_CB_NO_REGS,
                                               block_at(qemu_plugin_insn_vaddr(first), instructions));
    }
}

static void write_counts(qemu_plugin_id_t id, void *data)
{
    (void)id;
    (void)data;
    FILE *file = fopen(out, "w");
    if (!file) {
        perror(out);
        return;
    }
    fprintf(file, "regions %" PRIu64 "\n", regions);
    for (size_t bucket = 0; bucket < BUCKETS; bucket++) {
        for (struct block *block = buckets[bucket]; block; block = block->next) {
            for (size_t s = 0; s < segments(); s++) {
                for (struct edge *edge = block->edges[s]; edge; edge = edge->other) {
                    fprintf(file, "%" PRIx64 " %" PRIu32 " %zu %" PRIx64 " %" PRIu64 "\n", block->address,
                            block->instructions, s, edge->next, edge->count);
                }
            }
        }
    }
    fclose(file);
}

static const char *value_of(const char *argument, const char *key)
{
    size_t length = strlen(key);
    return strncmp(argument, key, length) == 0 && argument[length] == '=' ? argument + length + 1 : NULL;
}

/* The first parameter after the id is a `const qemu_info_t *`, of which nothing is needed. */
EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
    static const uint64_t nowhere = UINT64_MAX;
    (void)info;
    boundaries[START] = boundaries[STOP] = nowhere;
    for (int i = 0; i < argc; i++) {
        const char *value;
        if ((value = value_of(argv[i], "out"))) {
            out = strdup(value);
        } else if ((value = value_of(argv[i], "start"))) {
            boundaries[START] = strtoull(value, NULL, 0);
        } else if ((value = value_of(argv[i], "stop"))) {
            boundaries[STOP] = strtoull(value, NULL, 0);
        } else if ((value = value_of(argv[i], "mark")) && boundary_count < BOUNDARIES) {
            boundaries[boundary_count++] = strtoull(value, NULL, 0);
        } else {
            fprintf(stderr, "counts: bad argument `%s`\n", argv[i]);
            return 1;
        }
    }
    if (!out || boundaries[START] == nowhere || boundaries[STOP] == nowhere) {
        fputs("counts: `out`, `start` and `stop` are needed\n", stderr);
        return 1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
    qemu_plugin_register_atexit_cb(id, write_counts, NULL);
    return 0;
}
