#===- SupportArchive.cmake - The libraries linked into every model ----------===#
#
# LLVM libc, compiler-rt's builtins and two names that LLVM libc expects of its
# host become bytes inside the compiler (SupportArchive.cpp), so that compiling
# a model needs no file of this machine.
#
#===-------------------------------------------------------------------------===#

set(llm_support_libc ${LLVM_LIBRARY_DIR}/libllvmlibc.a)
set(llm_support_builtins
  ${LLVM_LIBRARY_DIR}/clang/22/lib/linux/libclang_rt.builtins-x86_64.a)
foreach(archive ${llm_support_libc} ${llm_support_builtins})
  if(NOT EXISTS ${archive})
    message(FATAL_ERROR "llm-compile needs ${archive}: install "
      "libllvmlibc-22-dev and libclang-rt-22-dev.")
  endif()
endforeach()

add_library(llm_support_hosted OBJECT
  ${CMAKE_CURRENT_LIST_DIR}/support/HostedNames.c)
target_compile_options(llm_support_hosted PRIVATE -O2 -fPIC -ffreestanding
  -fvisibility=hidden -ffunction-sections -fdata-sections -fno-stack-protector
  -fno-asynchronous-unwind-tables -march=x86-64 -fno-sanitize=all)

# .incbin needs the path of the one object file; the custom command gives it a
# name that does not depend on the generator.
set(llm_support_hosted_object ${CMAKE_CURRENT_BINARY_DIR}/HostedNames.o)
add_custom_command(OUTPUT ${llm_support_hosted_object}
  COMMAND ${CMAKE_COMMAND} -E copy $<TARGET_OBJECTS:llm_support_hosted>
          ${llm_support_hosted_object}
  DEPENDS llm_support_hosted $<TARGET_OBJECTS:llm_support_hosted> VERBATIM)

set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/SupportArchive.cpp
  PROPERTIES
  COMPILE_DEFINITIONS "LLM_SUPPORT_LIBC=\"${llm_support_libc}\";LLM_SUPPORT_BUILTINS=\"${llm_support_builtins}\";LLM_SUPPORT_HOSTED=\"${llm_support_hosted_object}\""
  OBJECT_DEPENDS "${llm_support_libc};${llm_support_builtins};${llm_support_hosted_object}")
