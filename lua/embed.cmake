# Writes one C++ file that holds each script as a raw string: cmake -DOUTPUT= -DSCRIPTS= -P embed.cmake
set(text "#include \"lua/scripts.hpp\"\n\nnamespace tickboard::lua {\n\n")
foreach(file IN LISTS SCRIPTS)
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} body)
  string(APPEND text "const std::string_view ${name} = R\"lua(${body})lua\";\n\n")
endforeach()
string(APPEND text "} // namespace tickboard::lua\n")
file(WRITE ${OUTPUT} "${text}")
