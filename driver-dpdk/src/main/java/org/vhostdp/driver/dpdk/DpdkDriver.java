package org.vhostdp.driver.dpdk;

import java.util.Optional;
import org.vhostdp.driver.dpdk.eal.Eal;
import org.vhostdp.driver.dpdk.eal.EalLog;
import org.vhostdp.driver.dpdk.eal.HugePages;
import org.vhostdp.driver.dpdk.eal.Libraries;
import org.vhostdp.driver.dpdk.eal.ProcessState;
import org.vhostdp.spi.ConfigSchema;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverInfo;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortConfig;
import org.vhostdp.spi.Probe;

/**
 * The driver {@code dpdk}: a port is an ethdev of DPDK 22.11, a NIC or one of its virtual devices.
 * The first port starts DPDK in this process, which runs until the process ends.
 */
public final class DpdkDriver implements Driver {
  private static final DriverInfo INFO =
      DriverInfo.of("dpdk", "0.1.0", "[1.0,2.0)", "Poll mode drivers of DPDK 22.11");

  /** For {@link java.util.ServiceLoader}. */
  public DpdkDriver() {}

  @Override
  public DriverInfo info() {
    return INFO;
  }

  @Override
  public ConfigSchema schema() {
    return DpdkOptions.SCHEMA;
  }

  @Override
  public Probe probe() {
    Optional<DriverException> missing = Libraries.missing();
    if (missing.isPresent()) {
      String message = missing.get().getMessage();
      String advice = missing.get().advice();
      return Probe.unavailable(
          message.substring(0, message.length() - advice.length()).strip(), advice);
    }
    return HugePages.free() > 0
        ? Probe.ok()
        : Probe.ok("No huge page is free: DPDK will use ordinary memory, and no NIC.");
  }

  @Override
  public Port open(PortConfig config, Host host) throws DriverException {
    DpdkOptions options = DpdkOptions.of(config);
    // Ports are opened one at a time: DPDK's own locks do not cover EAL's start and the pool's.
    synchronized (ProcessState.map()) {
      Eal.start(options.eal(), options.pages(), MbufPools.bytes(options.mbufs(), options.room()));
      MbufPool pool = MbufPools.open(options.mbufs(), options.room());
      DpdkEthdev device = DpdkEthdev.open(options, pool);
      try {
        return new DpdkPort(device, options, pool);
      } catch (DriverException | RuntimeException e) {
        device.close();
        throw e;
      } finally {
        EalLog.drain().forEach(line -> host.log(System.Logger.Level.DEBUG, line));
      }
    }
  }
}
