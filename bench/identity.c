#include "identity.h"

#include <elf.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/protocol.h"

static size_t align_up(size_t value, size_t align)
{
    return (value + align - 1) & ~(align - 1);
}

static void hex_write(const unsigned char *data, size_t bytes, char *text, size_t text_bytes)
{
    for (size_t i = 0; i < bytes && 2 * i + 2 < text_bytes; i++) {
        snprintf(text + 2 * i, 3, "%02x", data[i]);
    }
}

/* Looks for the build-id among the notes of one segment. */
static bool notes_search(const char *notes, size_t bytes, size_t align, char *text,
                         size_t text_bytes)
{
    ElfW(Nhdr) note;

    for (size_t at = 0; at + sizeof(note) <= bytes;) {
        memcpy(&note, notes + at, sizeof(note));
        const char *name = notes + at + sizeof(note);
        size_t data = align_up(at + sizeof(note) + note.n_namesz, align);
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof("GNU") &&
            memcmp(name, "GNU", sizeof("GNU")) == 0) {
            hex_write((const unsigned char *)notes + data, note.n_descsz, text, text_bytes);
            return true;
        }
        at = align_up(data + note.n_descsz, align);
    }
    return false;
}

/* Called once for each object of the process; the first is the program, which is all we want. */
static int object_visit(struct dl_phdr_info *object, size_t bytes, void *context)
{
    struct be_hello_record *hello = context;
    (void)bytes;

    for (size_t i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        /* The loader gives addresses as numbers. */
        /* NOLINTNEXTLINE(performance-no-int-to-ptr) */
        const char *notes = (const char *)(object->dlpi_addr + segment->p_vaddr);
        if (segment->p_type == PT_NOTE &&
            notes_search(notes, segment->p_memsz, segment->p_align == 8 ? 8 : 4, hello->build_id,
                         sizeof(hello->build_id))) {
            break;
        }
    }
    return 1;
}

void be_identity_fill(struct be_hello_record *hello)
{
    *hello = (struct be_hello_record){
        .protocol = BE_PROTOCOL_VERSION,
        .program = "breakeven-bench",
        .version = BE_VERSION,
    };
    dl_iterate_phdr(object_visit, hello);
}
