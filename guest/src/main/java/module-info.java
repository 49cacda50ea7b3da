/** Guests for demonstrations, tests and measurements: real kernels, and a driver-side twin. */
module org.vhostdp.guest {
  requires transitive org.vhostdp.linux;

  exports org.vhostdp.guest.machine;
  exports org.vhostdp.guest.twin;
}
