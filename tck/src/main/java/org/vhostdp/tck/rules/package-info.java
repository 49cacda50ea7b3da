/** The rules, a class for each group: the sentence of the SPI, and the test that tries it. */
package org.vhostdp.tck.rules;
