/** What was tested, by whom, and whether it is still that: digests, statements, signatures. */
module org.vhostdp.attest {
  exports org.vhostdp.attest;
  exports org.vhostdp.attest.json;
}
