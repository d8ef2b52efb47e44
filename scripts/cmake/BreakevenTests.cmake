# breakeven_add_tests(LIBRARY...): one program a test_*.c of this folder, found here and run by CTest.
#
# A line `/* labels: perf serial */` at the top of a test file sets its CTest labels; the label
# `serial` also keeps others from running beside it. A program that exits 77 was skipped.
# Without cmocka, as after `scripts/setup run`, test folders are left out, and ctest finds no tests.
pkg_check_modules(CMOCKA IMPORTED_TARGET cmocka)

function(breakeven_add_tests)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/test_*.c)
  foreach(source IN LISTS sources)
    get_filename_component(name ${source} NAME_WE)
    add_executable(${name} ${source})
    target_link_libraries(${name} PRIVATE ${ARGN} PkgConfig::CMOCKA breakeven_options)
    target_compile_definitions(${name} PRIVATE
      BE_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
      BE_BREAKEVEN="$<TARGET_FILE:breakeven>"
      BE_RUNNER="$<TARGET_FILE:breakeven-bench>")
    add_dependencies(${name} breakeven breakeven-bench)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300)
    file(STRINGS ${source} first LIMIT_COUNT 1)
    if(first MATCHES "^/\\* labels: ([a-z ]+) \\*/$")
      string(REPLACE " " ";" labels ${CMAKE_MATCH_1})
      set_tests_properties(${name} PROPERTIES LABELS "${labels}")
      if("serial" IN_LIST labels OR "perf" IN_LIST labels)
        set_tests_properties(${name} PROPERTIES RUN_SERIAL ON)
      endif()
    endif()
  endforeach()
endfunction()
