# What every target of this project is compiled with, carried by one INTERFACE target.

option(BREAKEVEN_WERROR "Treat warnings as errors" OFF)
set(BREAKEVEN_SANITIZE "" CACHE STRING "Sanitizers to build with, as -fsanitize= takes them")

add_library(breakeven_options INTERFACE)
target_compile_features(breakeven_options INTERFACE c_std_17)
target_compile_definitions(breakeven_options INTERFACE _GNU_SOURCE)
target_compile_options(breakeven_options INTERFACE
  -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wvla
  -Wpointer-arith -Wwrite-strings -Wundef -fno-common
  $<$<BOOL:${BREAKEVEN_WERROR}>:-Werror>)

if(BREAKEVEN_SANITIZE)
  target_compile_options(breakeven_options INTERFACE
    -fsanitize=${BREAKEVEN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(breakeven_options INTERFACE -fsanitize=${BREAKEVEN_SANITIZE})
endif()

# A build's identity is its build-id, so every program carries one.
target_link_options(breakeven_options INTERFACE -Wl,--build-id=sha1)

find_package(PkgConfig REQUIRED)
# Found here, at the top, so that every folder sees the same targets.
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson>=2.14)
pkg_check_modules(HWLOC REQUIRED IMPORTED_TARGET hwloc>=2.9)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(INIH REQUIRED IMPORTED_TARGET inih)
pkg_check_modules(POPT REQUIRED IMPORTED_TARGET popt)
