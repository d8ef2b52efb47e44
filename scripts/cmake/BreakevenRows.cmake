# breakeven_add_rows(TARGET DEF PREFIX): adds one source file for each row of a table.
#
# DEF is the .def file that the C code includes too; a line such as
#   BE_EXECUTOR(threads_gil)
# adds PREFIXthreads_gil.c from the folder of DEF.
function(breakeven_add_rows target def prefix)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${def})
  get_filename_component(folder ${def} DIRECTORY)
  file(STRINGS ${def} lines REGEX "^BE_[A-Z]+\\([a-z0-9_]+\\)")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "^BE_[A-Z]+\\(([a-z0-9_]+)\\).*" "\\1" row ${line})
    target_sources(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/${prefix}${row}.c)
  endforeach()
endfunction()
