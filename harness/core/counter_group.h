/* Groups of counters by the question that they answer. Threads: the table is constant. */
#ifndef BE_CORE_COUNTER_GROUP_H
#define BE_CORE_COUNTER_GROUP_H

struct be_counter_group {
    const char *name;
    const char *question;
    const char *const *events; /* "backend:event"; NULL-terminated */
};

/* The table, in the order of counter_group.def, ended by a row whose name is NULL. */
extern const struct be_counter_group be_counter_groups[];

/* The row of that name, or NULL. */
const struct be_counter_group *be_counter_group_find(const char *name);

#endif
