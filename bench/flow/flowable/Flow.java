import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.flowable.engine.ProcessEngine;
import org.flowable.engine.impl.cfg.StandaloneProcessEngineConfiguration;
import org.flowable.task.api.Task;

/** Runs flows through Flowable, each decision a transaction of its own; prints the seconds of the second half. */
public class Flow {
  public static void main(String[] args) throws Exception {
    String url = System.getenv("JDBC_URL");
    Path source = Path.of(args[0]);
    int flows = Integer.parseInt(args[1]);
    int atOnce = Integer.parseInt(args[2]);
    StandaloneProcessEngineConfiguration configuration = new StandaloneProcessEngineConfiguration();
    configuration.setJdbcUrl(url);
    configuration.setJdbcDriver("org.postgresql.Driver");
    configuration.setJdbcMaxActiveConnections(atOnce * 2);
    configuration.setJdbcMaxIdleConnections(atOnce * 2);
    configuration.setDatabaseSchemaUpdate("true");
    configuration.setAsyncExecutorActivate(false);
    ProcessEngine engine = configuration.buildProcessEngine();
    engine.getRepositoryService().createDeployment().name("bench")
        .addString("bench.bpmn20.xml", Files.readString(source)).enableDuplicateFiltering().deploy();
    run(engine, flows, atOnce);
    long began = System.nanoTime();
    run(engine, flows, atOnce);
    System.out.println((System.nanoTime() - began) / 1e9);
    engine.close();
  }

  private static void run(ProcessEngine engine, int flows, int atOnce) throws Exception {
    AtomicInteger next = new AtomicInteger();
    AtomicReference<Exception> failed = new AtomicReference<>();
    ExecutorService pool = Executors.newFixedThreadPool(atOnce);
    for (int i = 0; i < atOnce; i++) {
      pool.submit(() -> {
        try {
          while (next.getAndIncrement() < flows) flow(engine);
        } catch (Exception error) {
          failed.set(error);
        }
      });
    }
    pool.shutdown();
    pool.awaitTermination(10, TimeUnit.MINUTES);
    if (failed.get() != null) throw failed.get();
  }

  private static void flow(ProcessEngine engine) {
    String id = engine.getRuntimeService().startProcessInstanceByKey("bench").getId();
    for (String who : List.of("counselor", "counselor", "college", "school")) {
      Task task = engine.getTaskService().createTaskQuery().processInstanceId(id).taskAssignee(who).listPage(0, 1).get(0);
      engine.getTaskService().complete(task.getId());
    }
    if (engine.getRuntimeService().createProcessInstanceQuery().processInstanceId(id).count() != 0) {
      throw new IllegalStateException("A flow did not end");
    }
  }
}
