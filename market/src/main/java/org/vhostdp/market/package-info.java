/** Packages from Maven repositories, by Maven's own resolver. */
package org.vhostdp.market;
