# breakeven_embed(TARGET FILE SYMBOL): compiles a text file into a library as `const char SYMBOL[]`.
function(breakeven_embed target file symbol)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  # One line a string; the semicolons of the text must not split it as a list.
  file(READ ${file} text)
  string(REPLACE "\\" "\\\\" text "${text}")
  string(REPLACE "\"" "\\\"" text "${text}")
  string(REPLACE "\n" "\\n\"\n    \"" text "${text}")
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.c)
  file(CONFIGURE OUTPUT ${source} @ONLY
    CONTENT "extern const char ${symbol}[];\nconst char ${symbol}[] =\n    \"@text@\";\n")
  target_sources(${target} PRIVATE ${source})
endfunction()
