# `cpack -G DEB` in the build folder makes one Debian package of everything that is installed.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME lojacert)
set(CPACK_PACKAGE_CONTACT "The lojacert authors <lojacert@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "verified proof-checking for two-layer neural networks")
set(CPACK_PACKAGE_DESCRIPTION
    "lojacert decides statements about the population loss of a two-layer
network, such as a Lojasiewicz inequality, for given weights, with explicit
constants and without rounding errors, and writes a certificate. lojaverify,
written independently on another arithmetic library, checks it.
.
The package has both programs, the C++ library (static), the Python module,
the documentation and the gallery of certificates.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION math)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "python3")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "python3-numpy")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS
    "libboost-dev, libmpfi-dev, libmpfr-dev, libgmp-dev, libfmt-dev, libssl-dev, libzip-dev, libhwy-dev, libeigen3-dev, nlohmann-json3-dev")
set(CPACK_MONOLITHIC_INSTALL ON)
set(CPACK_COMPONENTS_ALL_IN_ONE_PACKAGE ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/debian_layout.cmake)
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/package)
set(CPACK_VERBATIM_VARIABLES ON)
include(CPack)
