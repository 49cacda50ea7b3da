/**
 * The operating system: Linux system calls behind a thin, checked facade over the Foreign Function
 * and Memory API. Needs {@code --enable-native-access=org.vhostdp.linux}.
 */
module org.vhostdp.linux {
  exports org.vhostdp.linux;
}
