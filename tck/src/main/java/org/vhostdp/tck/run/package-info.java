/**
 * Runs the kit: each group of rules in a process of its own, so that a crash or a hang in a driver
 * fails one rule and ends nothing else. {@link org.vhostdp.tck.run.KitRun} is the way in.
 */
package org.vhostdp.tck.run;
