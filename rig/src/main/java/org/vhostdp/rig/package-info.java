/** Runs commands and JUnit tests under another kernel: the host's side. */
package org.vhostdp.rig;
