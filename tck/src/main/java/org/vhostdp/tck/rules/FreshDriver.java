package org.vhostdp.tck.rules;

import java.lang.foreign.MemorySegment;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Region;
import org.vhostdp.store.DriverStore;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.rule.Frames;
import org.vhostdp.tck.rule.Trial;

/** The driver under test once more, in a module layer of its own. */
public final class FreshDriver {
  private FreshDriver() {}

  /** Loads it as the harness says, or from its folder, or from its module; empty if it has none. */
  static Optional<Harness.Fresh> of(Harness harness) throws Exception {
    Optional<Harness.Fresh> own = harness.fresh();
    if (own.isPresent()) {
      return own;
    }
    if (harness.folder().isPresent()) {
      Driver driver = DriverStore.loadFolder(harness.folder().get());
      return Optional.of(new Harness.Fresh(driver, driver.getClass().getClassLoader()));
    }
    return of(harness.driver().getClass());
  }

  /** The driver of that class once more, from its module; empty if it is in none with a file. */
  public static Optional<Harness.Fresh> of(Class<? extends Driver> type) {
    Module module = type.getModule();
    if (!module.isNamed() || module.getLayer() == null) {
      return Optional.empty();
    }
    Optional<Path> location =
        module
            .getLayer()
            .configuration()
            .findModule(module.getName())
            .flatMap(found -> found.reference().location())
            .filter(uri -> uri.getScheme().equals("file"))
            .map(Path::of);
    if (location.isEmpty()) {
      return Optional.empty();
    }
    ModuleLayer parent = module.getLayer();
    Configuration configuration =
        parent
            .configuration()
            .resolve(ModuleFinder.of(location.get()), ModuleFinder.of(), Set.of(module.getName()));
    ModuleLayer layer = layer(configuration, module);
    for (ServiceLoader.Provider<Driver> provider :
        ServiceLoader.load(layer, Driver.class).stream().toList()) {
      if (provider.type().getModule().getLayer() == layer) {
        Driver driver = provider.get();
        return Optional.of(new Harness.Fresh(driver, driver.getClass().getClassLoader()));
      }
    }
    return Optional.empty();
  }

  /** With the right to call native functions, if the driver has it; it takes that right to give. */
  @SuppressWarnings("restricted")
  private static ModuleLayer layer(Configuration configuration, Module module) {
    ModuleLayer.Controller controller =
        ModuleLayer.defineModulesWithOneLoader(
            configuration, List.of(module.getLayer()), parentLoader());
    if (module.isNativeAccessEnabled()) {
      controller.enableNativeAccess(controller.layer().findModule(module.getName()).orElseThrow());
    }
    return controller.layer();
  }

  private static ClassLoader parentLoader() {
    return FreshDriver.class.getClassLoader();
  }

  /** Opens a port of it, sends a frame wherever that goes, and closes it. */
  static void use(Trial trial, Driver driver, Wire wire, int number) throws Exception {
    try (Port port = driver.open(driver.schema().check("tck", wire.config()), trial.host())) {
      port.configure(PortSettings.defaults());
      port.start();
      Burst burst = new Burst(1);
      if (port.tx(0).claim(burst, 1) == 1) {
        byte[] frame = Frames.numbered(number, Numbers.LAYER_LENGTH);
        Region region = port.regions().get(burst.region[0]);
        region.segment().asSlice(burst.offset[0], frame.length).copyFrom(segment(frame));
        burst.length[0] = frame.length;
        burst.flags[0] = 0;
        int sent = port.tx(0).transmit(burst, 0, 1);
        port.tx(0).unclaim(burst, sent, 1 - sent);
      }
      port.rx(0).release(burst, 0, port.rx(0).receive(burst, 1));
    }
  }

  private static MemorySegment segment(byte[] frame) {
    return MemorySegment.ofArray(frame);
  }
}
