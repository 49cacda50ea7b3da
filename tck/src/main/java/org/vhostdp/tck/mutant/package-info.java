/** Broken drivers: for each rule one that breaks just it, to prove that its test can fail. */
package org.vhostdp.tck.mutant;
