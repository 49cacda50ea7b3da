package org.vhostdp.tck.run;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.Port;
import org.vhostdp.tck.mutant.Mutant;
import org.vhostdp.tck.rule.Broken;
import org.vhostdp.tck.rule.Group;
import org.vhostdp.tck.rule.Need;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rule.RuleTest;
import org.vhostdp.tck.rule.Trial;

/** Rules that end in every way a rule can end; no driver has anything to do with it. */
final class ToyRules {
  private static final Need NONE_HAS_IT = new Need("levitation", port -> false);

  /** Declared when the run asks what is declared, and not when the rule does. */
  private static final Need FICKLE = new Need("fickleness", ToyRules::isSurveyed);

  private ToyRules() {}

  static RuleBook book() {
    return new RuleBook(
        List.of(
            rule("TOY-1", Group.LIFE_CYCLE, Need.NOTHING, ToyRules::passes),
            rule("TOY-2", Group.LIFE_CYCLE, Need.NOTHING, ToyRules::crashes),
            rule("TOY-3", Group.LIFE_CYCLE, Need.NOTHING, ToyRules::passes),
            rule("TOY-4", Group.TRANSMIT, Need.NOTHING, ToyRules::hangs),
            rule("TOY-5", Group.TRANSMIT, Need.NOTHING, ToyRules::babbles),
            rule("TOY-6", Group.TRANSMIT, Need.NOTHING, ToyRules::overflows),
            rule("TOY-7", Group.RECEIVE, NONE_HAS_IT, ToyRules::fails),
            rule("TOY-8", Group.RECEIVE, FICKLE, ToyRules::passes),
            rule("TOY-9", Group.RECEIVE, Need.NOTHING, ToyRules::fails),
            rule("TOY-10", Group.FAULTS, Need.NOTHING, ToyRules::stopsItsProcess),
            rule("TOY-11", Group.FAULTS, Need.NOTHING, ToyRules::leavesAProcess),
            rule("TOY-12", Group.FAULTS, Need.NOTHING, ToyRules::interrupts),
            rule("TOY-13", Group.ORDER, Need.NOTHING, ToyRules::dependsOnItsSeed),
            rule("TOY-14", Group.ORDER, Need.NOTHING, ToyRules::noticesAProxy)),
        List.of(
            new Mutant("TOY-14", "is noticed", "", ToyRules::proxy),
            new Mutant("TOY-1", "is not noticed", "", driver -> driver)),
        ToyMain.class.getName());
  }

  /** A book of some of the rules and mutants, for a shorter run. */
  static RuleBook only(List<String> rules, List<String> mutants) {
    RuleBook all = book();
    return new RuleBook(
        all.rules().stream().filter(rule -> rules.contains(rule.id())).toList(),
        all.mutants().stream().filter(mutant -> mutants.contains(mutant.name())).toList(),
        all.main());
  }

  private static Rule rule(String id, Group group, Need need, RuleTest test) {
    return new Rule(id, "title of " + id, "Driver", "Sentence of " + id + ".", group, need, test);
  }

  private static boolean isSurveyed(Port port) {
    return StackWalker.getInstance()
        .walk(frames -> frames.anyMatch(frame -> frame.getClassName().endsWith(".Survey")));
  }

  private static Driver proxy(Driver driver) {
    return (Driver)
        Proxy.newProxyInstance(
            Driver.class.getClassLoader(),
            new Class<?>[] {Driver.class},
            (self, method, arguments) -> method.invoke(driver, arguments));
  }

  private static void noticesAProxy(Trial trial) {
    Trial.require(!Proxy.isProxyClass(trial.driver().getClass()), "the driver is a proxy");
  }

  private static void passes(Trial trial) {
    trial.observe("random " + trial.random().nextInt(1_000_000));
    trial.observe("process " + ProcessHandle.current().pid());
  }

  private static void fails(Trial trial) {
    throw new Broken("it was meant to fail");
  }

  private static void crashes(Trial trial) {
    System.err.println("the last line of a crash");
    Runtime.getRuntime().halt(139);
  }

  private static void hangs(Trial trial) throws InterruptedException {
    Thread.sleep(600_000);
  }

  private static void babbles(Trial trial) throws Exception {
    System.out.println("a driver that prints");
    FileOutputStream raw = new FileOutputStream(FileDescriptor.out);
    raw.write(
        "{\"outcome\":{\"rule\":\"TOY-5\",\"status\":\"FAIL\"}}\nno end of line"
            .getBytes(StandardCharsets.UTF_8));
  }

  private static void overflows(Trial trial) {
    overflows(trial);
  }

  private static void stopsItsProcess(Trial trial) throws Exception {
    String self = Long.toString(ProcessHandle.current().pid());
    new ProcessBuilder("kill", "-STOP", self).start().waitFor();
  }

  private static void leavesAProcess(Trial trial) throws Exception {
    // The shell dies and leaves the program without a parent.
    Process shell = new ProcessBuilder("sh", "-c", "sleep 300 >/dev/null 2>&1 & echo $!").start();
    trial.observe(
        "left "
            + new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
  }

  private static void interrupts(Trial trial) {
    Thread.currentThread().interrupt();
  }

  private static void dependsOnItsSeed(Trial trial) {
    Trial.require(trial.random().nextInt(4) != 0, "seed %d draws a zero", trial.seed());
  }
}
