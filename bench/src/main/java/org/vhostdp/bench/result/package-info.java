/** What every suite produces: rows of samples, and the file that keeps them. */
package org.vhostdp.bench.result;
