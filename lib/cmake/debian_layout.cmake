# Run by CPack on the installed tree before it is packed: what Debian places or names otherwise.
file(GLOB_RECURSE marker "${CPACK_TEMPORARY_DIRECTORY}/*/LICENSE" "${CPACK_TEMPORARY_DIRECTORY}/LICENSE")
list(GET marker 0 license)
get_filename_component(doc "${license}" DIRECTORY)
get_filename_component(usr "${doc}/../../.." ABSOLUTE)

file(RENAME "${license}" "${doc}/copyright")
file(WRITE "${doc}/changelog.Debian"
"lojacert (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium

  * Built from the sources by CPack.

 -- ${CPACK_PACKAGE_CONTACT}  Thu, 01 Jan 2026 00:00:00 +0000
")
file(GLOB compressed "${usr}/share/man/man1/*.1" "${doc}/changelog.Debian")
execute_process(COMMAND gzip -9n ${compressed} COMMAND_ERROR_IS_FATAL ANY)

# Debian's interpreter looks in dist-packages, for all its versions.
file(GLOB python "${usr}/lib/python3.*/site-packages")
if(python)
  file(MAKE_DIRECTORY "${usr}/lib/python3")
  file(RENAME "${python}" "${usr}/lib/python3/dist-packages")
  get_filename_component(version "${python}" DIRECTORY)
  file(REMOVE_RECURSE "${version}")
endif()

file(RENAME "${usr}/share/zsh/site-functions" "${usr}/share/zsh/vendor-completions")

# Headers rely on IEEE 754 arithmetic: lojacert.pc has to say so.
file(WRITE "${usr}/share/lintian/overrides/lojacert" "lojacert: pkg-config-bad-directive\n")
