/*
 * A topology whose only PU is one that no machine under test has, so that binding to it fails.
 */
#ifndef BE_TEST_ABSENT_TOPOLOGY_H
#define BE_TEST_ABSENT_TOPOLOGY_H

/* PU number 4000 as a set: 126 words of 32 bits, the highest one first. */
#define COMMAS_25 ",,,,,,,,,,,,,,,,,,,,,,,,,"
#define PU_4000   "0x1" COMMAS_25 COMMAS_25 COMMAS_25 COMMAS_25 COMMAS_25 "0x0"
#define SETS                                                                                       \
    "cpuset=\"" PU_4000 "\" complete_cpuset=\"" PU_4000                                            \
    "\" nodeset=\"0x1\" complete_nodeset=\"0x1\""

/* Line by line, as hwloc's own parser wants it. */
static char absent_topology[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n"
    "<topology version=\"2.0\">\n"
    "<object type=\"Machine\" os_index=\"0\" " SETS " allowed_cpuset=\"" PU_4000
    "\" allowed_nodeset=\"0x1\" gp_index=\"1\">\n"
    "<object type=\"NUMANode\" os_index=\"0\" " SETS " gp_index=\"3\" local_memory=\"4096\"/>\n"
    "<object type=\"PU\" os_index=\"4000\" " SETS " gp_index=\"2\"/>\n"
    "</object>\n"
    "</topology>\n";

#endif
