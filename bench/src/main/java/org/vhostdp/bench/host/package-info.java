/** The programs under measurement: started, asked, ended. */
package org.vhostdp.bench.host;
