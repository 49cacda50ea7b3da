# Finds a JDK 25. Sourced by build, vhost-dp and the image's bin/vhost-dp; needs bash.

readonly VHOSTDP_JAVA_FEATURE=25

# jdk_is_right HOME: true if HOME is a JDK of the right version. Reads its release file, starts nothing.
jdk_is_right() {
  local line
  [[ -x $1/bin/java && -x $1/bin/javac && -r $1/release ]] || return 1
  while IFS= read -r line; do
    case $line in
      "JAVA_VERSION=\"$VHOSTDP_JAVA_FEATURE\"" | "JAVA_VERSION=\"$VHOSTDP_JAVA_FEATURE."*) return 0 ;;
      JAVA_VERSION=*) return 1 ;;
    esac
  done <"$1/release"
  return 1
}

# jdk_find: sets JDK to the home of the first right JDK, or returns 1.
jdk_find() {
  local home java
  for home in "${VHOSTDP_JAVA_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/* "$HOME"/.sdkman/candidates/java/*; do
    if [[ -n $home ]] && jdk_is_right "$home"; then
      JDK=$home
      return 0
    fi
  done
  if java=$(type -P java) && java=$(readlink -f -- "$java") && jdk_is_right "${java%/bin/java}"; then
    JDK=${java%/bin/java}
    return 0
  fi
  return 1
}

# jdk_advice: how to get one, for standard error.
jdk_advice() {
  cat <<EOF
vhost-dp needs a JDK $VHOSTDP_JAVA_FEATURE; none was found in VHOSTDP_JAVA_HOME, JAVA_HOME, /usr/lib/jvm, ~/.sdkman or PATH.
Get one in any of these ways, then run the same command again:
  Debian 13, Ubuntu 22.04 on: apt-get install openjdk-$VHOSTDP_JAVA_FEATURE-jdk-headless
  Temurin, any Debian/Ubuntu: add https://packages.adoptium.net/artifactory/deb as https://adoptium.net/installation/linux
                              explains, then  apt-get install temurin-$VHOSTDP_JAVA_FEATURE-jdk
  SDKMAN:                     sdk install java $VHOSTDP_JAVA_FEATURE-tem
  Unpacked anywhere:          export VHOSTDP_JAVA_HOME=/path/to/jdk-$VHOSTDP_JAVA_FEATURE
EOF
}
