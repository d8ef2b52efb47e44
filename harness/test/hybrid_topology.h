/*
 * A machine of two kinds of core, as hwloc's XML. For tests.
 */
#ifndef BE_TEST_HYBRID_TOPOLOGY_H
#define BE_TEST_HYBRID_TOPOLOGY_H

/*
 * PUs 0-3: four slow cores that share an L2 cache; 4-5 and 6-7: two fast cores of two PUs each.
 */
static const char hybrid_xml[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n"
    "<topology version=\"2.0\">"
    "<object type=\"Machine\" os_index=\"0\" cpuset=\"0xff\" complete_cpuset=\"0xff\""
    " allowed_cpuset=\"0xff\" nodeset=\"1\" complete_nodeset=\"1\" allowed_nodeset=\"1\">"
    "<object type=\"Package\" os_index=\"0\" cpuset=\"0xff\" complete_cpuset=\"0xff\""
    " nodeset=\"1\" complete_nodeset=\"1\">"
    "<object type=\"NUMANode\" os_index=\"0\" cpuset=\"0xff\" complete_cpuset=\"0xff\""
    " nodeset=\"1\" complete_nodeset=\"1\" local_memory=\"4096\"/>"
    "<object type=\"L2Cache\" cpuset=\"0xf\" complete_cpuset=\"0xf\" nodeset=\"1\""
    " complete_nodeset=\"1\" cache_size=\"1048576\" depth=\"2\" cache_linesize=\"64\""
    " cache_associativity=\"0\" cache_type=\"0\">"
#define CORE(index, set, pus)                                                                      \
    "<object type=\"Core\" os_index=\"" index "\" cpuset=\"" set "\" complete_cpuset=\"" set       \
    "\" nodeset=\"1\" complete_nodeset=\"1\">" pus "</object>"
#define PU(index, set)                                                                             \
    "<object type=\"PU\" os_index=\"" index "\" cpuset=\"" set "\" complete_cpuset=\"" set         \
    "\" nodeset=\"1\" complete_nodeset=\"1\"/>"
    CORE("0", "0x1", PU("0", "0x1")) CORE("1", "0x2", PU("1", "0x2"))
        CORE("2", "0x4", PU("2", "0x4")) CORE("3", "0x8", PU("3", "0x8")) "</object>" CORE(
            "4", "0x30", PU("4", "0x10") PU("5", "0x20"))
            CORE("5", "0xc0",
                 PU("6", "0x40")
                     PU("7", "0x80")) "</object></object>"
#undef CORE
#undef PU
                                      "<cpukind cpuset=\"0xf\" forced_efficiency=\"0\"/>"
                                      "<cpukind cpuset=\"0xf0\" forced_efficiency=\"1\"/>"
                                      "</topology>";

#endif
