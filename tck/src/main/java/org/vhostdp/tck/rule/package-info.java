/**
 * What a rule is, and one rule being tried. The rules themselves are in {@code
 * org.vhostdp.tck.rules}; broken drivers that prove that each can fail in {@code
 * org.vhostdp.tck.mutant}.
 */
package org.vhostdp.tck.rule;
