/** What a run found out, written for people and for programs. */
package org.vhostdp.tck.report;
