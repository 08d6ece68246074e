#===- LLMOnnx.cmake - libonnx and protobuf as the target llm_libonnx --------===#
#
# scripts/setup builds libonnx as a static library. Both archives are linked
# statically, so that a program needs neither of them on another machine.
#
#===-------------------------------------------------------------------------===#

set(onnx ${PROJECT_SOURCE_DIR}/build/deps/onnx)
if(NOT EXISTS ${onnx}/lib/libonnx.a)
  message(FATAL_ERROR "${onnx}/lib/libonnx.a is missing: run scripts/setup")
endif()
add_library(llm_libonnx INTERFACE)
target_include_directories(llm_libonnx SYSTEM INTERFACE ${onnx}/include)
target_compile_definitions(llm_libonnx INTERFACE ONNX_ML=1 ONNX_NAMESPACE=onnx)
target_link_libraries(llm_libonnx INTERFACE
  ${onnx}/lib/libonnx.a ${onnx}/lib/libonnx_proto.a -l:libprotobuf.a)
