#===- LLMToolchain.cmake - MLIR, LLVM and lld as the target llm_mlir --------===#
#
# MLIR's own CMake targets would make the tools depend on libLLVM.so, libz3 and
# libxml2, so only the paths and the TableGen rules are taken from them. A
# release names every static archive; the linker draws what is referenced. The
# dev preset links the shared libraries: seconds instead of many.
#
#===-------------------------------------------------------------------------===#

find_package(MLIR CONFIG REQUIRED HINTS /usr/lib/llvm-22/lib/cmake/mlir)
if(NOT LLVM_VERSION_MAJOR EQUAL 22)
  message(FATAL_ERROR "llm-compile needs MLIR 22; found ${LLVM_VERSION} in "
    "${MLIR_DIR}. Set MLIR_DIR to the lib/cmake/mlir folder of an MLIR 22.")
endif()
list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
include(TableGen)
include(AddMLIR)

# All generated headers exist before any source that may include them compiles.
add_custom_target(llm_tablegen)

add_library(llm_mlir INTERFACE)
target_include_directories(llm_mlir SYSTEM INTERFACE
  ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
target_compile_definitions(llm_mlir INTERFACE ${LLVM_DEFINITIONS_LIST})
target_compile_options(llm_mlir INTERFACE -fno-rtti -Wno-unused-parameter)
add_dependencies(llm_mlir llm_tablegen)

file(GLOB llm_lld_archives ${LLVM_LIBRARY_DIR}/liblldELF.a
  ${LLVM_LIBRARY_DIR}/liblldCommon.a)
if(LLM_SHARED_LLVM)
  target_link_libraries(llm_mlir INTERFACE ${llm_lld_archives}
    ${LLVM_LIBRARY_DIR}/libMLIR.so ${LLVM_LIBRARY_DIR}/libLLVM.so z zstd)
  target_compile_definitions(llm_mlir INTERFACE LLM_SHARED_LLVM)
else()
  # lld wants Polly's plug-in entry, through LLVM's pass pipeline extensions.
  file(GLOB archives ${LLVM_LIBRARY_DIR}/libMLIR*.a
    ${LLVM_LIBRARY_DIR}/libLLVM*.a ${LLVM_LIBRARY_DIR}/libPolly*.a)
  target_link_libraries(llm_mlir INTERFACE ${llm_lld_archives} ${archives}
    -l:libz.a -l:libzstd.a)
  target_link_options(llm_mlir INTERFACE -static-libstdc++ -static-libgcc)
endif()

# What nearly every source that holds IR includes: 3 to 6 seconds of parsing,
# each, against 16 once. Our own headers stay out, or a change to the dialect
# would rebuild it.
file(WRITE ${PROJECT_BINARY_DIR}/llm_pch.cpp "")
add_library(llm_pch STATIC ${PROJECT_BINARY_DIR}/llm_pch.cpp)
target_link_libraries(llm_pch PRIVATE llm_options llm_mlir)
target_precompile_headers(llm_pch PRIVATE
  <mlir/Bytecode/BytecodeOpInterface.h>
  <mlir/Dialect/Arith/IR/Arith.h>
  <mlir/Dialect/Func/IR/FuncOps.h>
  <mlir/Dialect/MemRef/IR/MemRef.h>
  <mlir/Dialect/SCF/IR/SCF.h>
  <mlir/Dialect/Tensor/IR/Tensor.h>
  <mlir/Dialect/Vector/IR/VectorOps.h>
  <mlir/IR/PatternMatch.h>
  <mlir/Pass/Pass.h>)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # Lets ccache see which precompiled header a source uses.
  target_compile_options(llm_mlir INTERFACE -fpch-preprocess)
endif()
