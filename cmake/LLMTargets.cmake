#===- LLMTargets.cmake - One function a kind of folder ----------------------===#
#
#   llm_library()     a static library of the folders named
#   llm_dialect()     a dialect: its TableGen files and its sources
#   llm_pass_group()  a stage of the pipeline: Passes.td and one .cpp a pass
#   llm_frontend()    readers of model files, free of MLIR
#   llm_tool()        a program
#
# Sources are globbed anew whenever the build starts, so that a new file needs
# no edit of a CMakeLists.txt. #include paths start at the repository's root,
# for generated files as well ("dialects/llm/LLMOps.h.inc").
#
#===-------------------------------------------------------------------------===#

# Paths below the repository count as relative, so that build folders and clones
# share what was compiled; the sloppiness is what precompiled headers ask for.
find_program(LLM_CCACHE ccache)
foreach(language C CXX)
  if(LLM_CCACHE AND NOT CMAKE_${language}_COMPILER_LAUNCHER)
    set(CMAKE_${language}_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros ${LLM_CCACHE})
  endif()
endforeach()

# lld links MLIR's archives several times faster than GNU ld. The compiler
# driver looks for a program named ld.lld, which Debian keeps in LLVM's folder.
find_program(LLM_LLD ld.lld HINTS /usr/lib/llvm-22/bin NO_CMAKE_FIND_ROOT_PATH)
if(LLM_LLD)
  get_filename_component(directory ${LLM_LLD} DIRECTORY)
  add_link_options(-fuse-ld=lld -B${directory})
endif()

add_compile_options(-Wall -Wextra -ffunction-sections -fdata-sections)
add_link_options(-Wl,--gc-sections)
if(LLM_SANITIZE OR LLM_FUZZERS)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all
                      -fno-omit-frame-pointer -g)
  add_link_options(-fsanitize=address,undefined)
endif()
if(LLM_FUZZERS)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# What every target of the project shares.
add_library(llm_options INTERFACE)
target_include_directories(llm_options INTERFACE
  ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
# Not where MLIR is a shared library: its TypeIDs of templates are found by
# symbol across libraries.
if(NOT LLM_SHARED_LLVM)
  target_compile_options(llm_options INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-fvisibility=hidden -fvisibility-inlines-hidden>)
endif()

# Sets `out` to the C and C++ sources that lie directly in the folders.
function(llm_glob out)
  set(patterns)
  foreach(folder ${ARGN})
    list(APPEND patterns ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp)
  endforeach()
  file(GLOB sources CONFIGURE_DEPENDS ${patterns})
  set(${out} ${sources} PARENT_SCOPE)
endfunction()

# llm_library(name FOLDERS folder... [ONLY regex] [EXCEPT regex] [LINK target...])
function(llm_library name)
  cmake_parse_arguments(ARG "" "ONLY;EXCEPT" "FOLDERS;LINK" ${ARGN})
  llm_glob(sources ${ARG_FOLDERS})
  if(ARG_ONLY)
    list(FILTER sources INCLUDE REGEX ${ARG_ONLY})
  endif()
  if(ARG_EXCEPT)
    list(FILTER sources EXCLUDE REGEX ${ARG_EXCEPT})
  endif()
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC llm_options ${ARG_LINK})
  if(llm_mlir IN_LIST ARG_LINK)
    target_precompile_headers(${name} REUSE_FROM llm_pch)
  endif()
endfunction()

# llm_frontend(name FOLDERS folder... [LINK target...])
# Readers hold no RTTI and no MLIR; libraries of the system that throw sit
# behind one translation unit that catches.
function(llm_frontend name)
  llm_library(${name} ${ARGN})
endfunction()

# llm_tool(name SOURCES source... [LINK target...])
function(llm_tool name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE llm_options ${ARG_LINK})
  install(TARGETS ${name} DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()

# Runs mlir-tblgen on ${folder}/${source} when that file exists:
# llm_tablegen(folder source output mlir-tblgen-argument...)
macro(llm_tablegen folder source output)
  file(GLOB llm_definition CONFIGURE_DEPENDS
    ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/${source})
  if(llm_definition)
    set(LLVM_TARGET_DEFINITIONS ${llm_definition})
    mlir_tablegen(${folder}/${output} ${ARGN}
      EXTRA_INCLUDES ${PROJECT_SOURCE_DIR} ${MLIR_INCLUDE_DIRS})
  endif()
endmacro()

# Makes the generated files a target of their own that the library waits for.
macro(llm_tablegen_target library)
  if(TABLEGEN_OUTPUT)
    add_custom_target(${library}_tablegen DEPENDS ${TABLEGEN_OUTPUT})
    add_dependencies(llm_tablegen ${library}_tablegen)
  endif()
endmacro()

# llm_dialect(folder PREFIX prefix [EXCEPT regex] [LINK target...]) makes
# llm_dialect_<folder>, but for the sources that match EXCEPT. Of
# <prefix>{Dialect,Types,Attrs,Interfaces,Ops}.td, those that exist are
# generated; <prefix>Ops.td is the umbrella that includes each family's ops.
function(llm_dialect folder)
  cmake_parse_arguments(ARG "" "PREFIX;EXCEPT" "LINK" ${ARGN})
  set(prefix ${ARG_PREFIX})
  file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/${folder})
  foreach(kind decl def)
    if(kind STREQUAL decl)
      set(suffix h.inc)
    else()
      set(suffix cpp.inc)
    endif()
    llm_tablegen(${folder} ${prefix}Dialect.td ${prefix}Dialect.${suffix}
      -gen-dialect-${kind}s -dialect=${folder})
    llm_tablegen(${folder} ${prefix}Types.td ${prefix}Types.${suffix}
      -gen-typedef-${kind}s -typedefs-dialect=${folder})
    llm_tablegen(${folder} ${prefix}Attrs.td ${prefix}Attrs.${suffix}
      -gen-attrdef-${kind}s -attrdefs-dialect=${folder})
    llm_tablegen(${folder} ${prefix}Attrs.td ${prefix}Enums.${suffix}
      -gen-enum-${kind}s)
    llm_tablegen(${folder} ${prefix}Ops.td ${prefix}Ops.${suffix}
      -gen-op-${kind}s -dialect=${folder})
    foreach(face Op Attr Type)
      string(TOLOWER ${face} lower)
      llm_tablegen(${folder} ${prefix}Interfaces.td
        ${prefix}${face}Interfaces.${suffix} -gen-${lower}-interface-${kind}s)
    endforeach()
  endforeach()
  llm_tablegen_target(llm_dialect_${folder})
  set(except)
  if(ARG_EXCEPT)
    set(except EXCEPT ${ARG_EXCEPT})
  endif()
  llm_library(llm_dialect_${folder} FOLDERS ${folder} ${except}
    LINK llm_mlir ${ARG_LINK})
endfunction()

# llm_pass_group(folder [FOLDERS subfolder...] [LINK target...]) makes llm_passes_<folder>. Passes.td
# becomes "passes/<folder>/Passes.h.inc", whose register<Folder>Passes()
# compiler/Registration.cpp calls.
function(llm_pass_group folder)
  cmake_parse_arguments(ARG "" "" "FOLDERS;LINK" ${ARGN})
  list(TRANSFORM ARG_FOLDERS PREPEND ${folder}/)
  string(SUBSTRING ${folder} 0 1 first)
  string(SUBSTRING ${folder} 1 -1 rest)
  string(TOUPPER ${first} first)
  file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/${folder})
  llm_tablegen(${folder} Passes.td Passes.h.inc
    -gen-pass-decls -name=${first}${rest})
  llm_tablegen_target(llm_passes_${folder})
  llm_library(llm_passes_${folder} FOLDERS ${folder} ${ARG_FOLDERS}
    LINK llm_mlir ${ARG_LINK})
endfunction()
