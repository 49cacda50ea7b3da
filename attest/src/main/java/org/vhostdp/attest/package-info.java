/**
 * Whether a driver folder is what was tested, and by whose word: digests of its files, the result
 * of the conformance kit as an in-toto statement, its signature, and the operator's trust. The JDK
 * alone suffices.
 */
package org.vhostdp.attest;
