/** Runs JUnit tests and says of each what became of it: the guest's side. */
package org.vhostdp.rig.inside;
