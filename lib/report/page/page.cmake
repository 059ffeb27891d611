# The page of lojacert report: npm installs what package-lock.json names into the build folder, esbuild bundles it with the
# sources beside this file into one HTML template, and that becomes a C++ source. Both steps run again only where their inputs
# changed, and never need the network twice.
set(page_folder ${CMAKE_CURRENT_LIST_DIR})
if(NOT LOJACERT_BUILD_REPORT)
  set(report_page_source ${page_folder}/without_page.cpp)
  return()
endif()

find_program(LOJACERT_NODE NAMES node nodejs)
find_program(LOJACERT_NPM NAMES npm)
if(NOT LOJACERT_NODE OR NOT LOJACERT_NPM)
  message(FATAL_ERROR "The page of lojacert report needs nodejs and npm: install them (on Debian: apt-get install nodejs npm), "
                      "or configure with -DLOJACERT_BUILD_REPORT=OFF and go without `lojacert report`.")
endif()

set(page_packages ${PROJECT_BINARY_DIR}/lib/report)
set(report_page_source ${page_packages}/page_template.cpp)
if(BUILD_TESTING AND PROJECT_IS_TOP_LEVEL)
  set(page_package_groups "")  # the tests' own too: a driver for the browser, and the accessibility rules
else()
  set(page_package_groups --omit=dev)
endif()
add_custom_command(
  OUTPUT ${page_packages}/installed
  COMMAND ${CMAKE_COMMAND} -DNPM=${LOJACERT_NPM} -DFROM=${page_folder} -DTO=${page_packages} "-DGROUPS=${page_package_groups}"
          -P ${page_folder}/install_packages.cmake
  DEPENDS ${page_folder}/package.json ${page_folder}/package-lock.json ${page_folder}/install_packages.cmake
  COMMENT "Installing the npm packages of the report page" VERBATIM)

file(GLOB page_sources CONFIGURE_DEPENDS ${page_folder}/source/*.js ${page_folder}/source/*.css ${page_folder}/source/*.html)
add_custom_command(
  OUTPUT ${report_page_source}
  COMMAND ${LOJACERT_NODE} ${page_folder}/bundle.mjs ${page_packages}/node_modules ${report_page_source}
  DEPENDS ${page_packages}/installed ${page_folder}/bundle.mjs ${page_sources}
  COMMENT "Bundling the report page" VERBATIM)
