//! The believable dozen: a shop and what watches it, and some containers on their own.

use super::spec::{Begin, Health, Load, Spec};
use super::voice::Voice;

const MIB: u64 = 1024 * 1024;
const HOUR: u32 = 3_600;
const DAY: u32 = 24 * HOUR;

/// The containers of a demo.
pub(crate) fn believable() -> Vec<Spec> {
    let mut fleet = shop();
    fleet.extend(telemetry());
    fleet.extend(loose());
    fleet
}

fn load(cpu_percent: f64, memory_mib: f64, network_kb: f64, disk_kb: f64) -> Load {
    Load {
        cpu_percent,
        memory_mib,
        network_bytes_per_s: network_kb * 1000.0,
        disk_bytes_per_s: disk_kb * 1000.0,
    }
}

fn shop() -> Vec<Spec> {
    let api = |number: u32| {
        Spec::new(&format!("shop-api-{number}"))
            .compose("shop", "api", number)
            .image("shop/api:4.7.1", &["node", "dist/server.js"])
            .says(Voice::JsonApi, 22.0)
            .load(load(24.0, 186.0, 60.0, 6.0))
            .env("NODE_ENV", "production")
            .env("DATABASE_URL", "postgres://shop:demo-only@db:5432/shop")
            .env("SESSION_SECRET", "demo-only-not-a-secret")
            .port(8080, None)
            .health(Health::Healthy)
            .limits(512 * MIB, 1.0)
            .restart("unless-stopped")
            .begin(Begin::Running(2 * DAY + 5 * HOUR))
    };
    vec![
        Spec::new("shop-web-1")
            .compose("shop", "web", 1)
            .image("nginx:1.27-alpine", &["nginx", "-g", "daemon off;"])
            .says(Voice::Nginx, 33.0)
            .load(load(3.5, 24.0, 210.0, 12.0))
            .port(80, Some(8088))
            .port(443, Some(8443))
            .mount("/srv/shop/nginx.conf", "/etc/nginx/nginx.conf", false)
            .restart("unless-stopped")
            .begin(Begin::Running(2 * DAY + 5 * HOUR)),
        api(1),
        api(2),
        Spec::new("shop-checkout-1")
            .compose("shop", "checkout", 1)
            .image(
                "shop/checkout:2.14.0",
                &["java", "-XX:MaxRAMPercentage=70", "-jar", "app.jar"],
            )
            .says(Voice::Java, 14.0)
            .load(load(38.0, 540.0, 35.0, 20.0))
            .env("JAVA_TOOL_OPTIONS", "-XX:+UseG1GC")
            .env("PAYMENT_API_KEY", "demo-only-not-a-key")
            .port(8081, None)
            .health(Health::Healthy)
            .limits(1024 * MIB, 2.0)
            .restart("unless-stopped")
            .begin(Begin::Running(DAY + 3 * HOUR)),
        Spec::new("shop-worker-1")
            .compose("shop", "worker", 1)
            .image("shop/worker:3.8.1", &["python", "-m", "worker"])
            .says(Voice::Python, 16.0)
            .load(load(46.0, 260.0, 18.0, 90.0))
            .env("BROKER_URL", "redis://cache:6379/0")
            .limits(384 * MIB, 1.0)
            .restart("always")
            .crashes(13 * 60)
            .begin(Begin::Running(20 * 60)),
        Spec::new("shop-db-1")
            .compose("shop", "db", 1)
            .image("postgres:17-alpine", &["docker-entrypoint.sh", "postgres"])
            .says(Voice::Postgres, 8.0)
            .load(load(12.0, 410.0, 44.0, 340.0))
            .env("POSTGRES_PASSWORD", "demo-only")
            .port(5432, None)
            .mount("shop_db-data", "/var/lib/postgresql/data", true)
            .health(Health::Healthy)
            .limits(1024 * MIB, 0.0)
            .restart("unless-stopped")
            .begin(Begin::Running(9 * DAY)),
        Spec::new("shop-cache-1")
            .compose("shop", "cache", 1)
            .image("redis:7.4-alpine", &["redis-server"])
            .says(Voice::Redis, 5.5)
            .load(load(1.8, 38.0, 52.0, 14.0))
            .port(6379, None)
            .mount("shop_cache-data", "/data", true)
            .restart("unless-stopped")
            .begin(Begin::Running(9 * DAY)),
        Spec::new("shop-migrate-1")
            .compose("shop", "migrate", 1)
            .image("shop/api:4.7.1", &["node", "dist/migrate.js"])
            .says(Voice::Migration, 90.0)
            .begin(Begin::Exited {
                code: 0,
                ago_s: 2 * DAY,
                ran_s: 24,
            }),
    ]
}

fn telemetry() -> Vec<Spec> {
    vec![
        Spec::new("telemetry-prometheus-1")
            .compose("telemetry", "prometheus", 1)
            .image(
                "prom/prometheus:v3.0.1",
                &[
                    "/bin/prometheus",
                    "--config.file=/etc/prometheus/prometheus.yml",
                ],
            )
            .says(Voice::Prometheus, 6.0)
            .load(load(7.5, 330.0, 26.0, 120.0))
            .port(9090, Some(9090))
            .mount("telemetry_prometheus-data", "/prometheus", true)
            .restart("unless-stopped")
            .begin(Begin::Running(5 * DAY)),
        Spec::new("telemetry-grafana-1")
            .compose("telemetry", "grafana", 1)
            .image("grafana/grafana:11.3.1", &["/run.sh"])
            .says(Voice::Grafana, 11.0)
            .load(load(4.0, 142.0, 9.0, 4.0))
            .env("GF_SECURITY_ADMIN_PASSWORD", "demo-only")
            .port(3000, Some(3030))
            .mount("telemetry_grafana-data", "/var/lib/grafana", true)
            .health(Health::Healthy)
            .restart("unless-stopped")
            .begin(Begin::Running(5 * DAY)),
        Spec::new("telemetry-collector-1")
            .compose("telemetry", "collector", 1)
            .image(
                "otel/opentelemetry-collector:0.114.0",
                &["/otelcol", "--config=/etc/otelcol/config.yaml"],
            )
            .says(Voice::Collector, 9.0)
            .load(load(16.0, 300.0, 120.0, 2.0))
            .port(4317, Some(4317))
            .health(Health::Unhealthy)
            .limits(512 * MIB, 0.5)
            .restart("unless-stopped")
            .begin(Begin::Running(7 * HOUR)),
        Spec::new("telemetry-shipper-1")
            .compose("telemetry", "shipper", 1)
            .image(
                "demo/shipper:0.42.0",
                &["/usr/bin/shipper", "--color=always"],
            )
            .says(Voice::Shipper, 12.0)
            .load(load(6.0, 58.0, 75.0, 30.0))
            .mount("/var/log", "/var/log", false)
            .restart("always")
            .begin(Begin::Running(5 * DAY)),
    ]
}

fn loose() -> Vec<Spec> {
    vec![
        Spec::new("recommender-training")
            .image(
                "demo/recommender:0.9.2",
                &["python", "train.py", "--resume"],
            )
            .tty()
            .says(Voice::Trainer, 18.0)
            .load(load(172.0, 1_900.0, 0.4, 60.0))
            .mount("/home/ada/checkpoints", "/checkpoints", true)
            .limits(4096 * MIB, 0.0)
            .begin(Begin::Running(6 * HOUR)),
        Spec::new("nightly-backup")
            .image("demo/backup:1.3", &["/bin/backup", "--all"])
            .says(Voice::Backup, 60.0)
            .begin(Begin::Exited {
                code: 0,
                ago_s: 8 * HOUR,
                ran_s: 310,
            }),
        Spec::new("old-crawler")
            .image("demo/crawler:0.4", &["python", "crawl.py"])
            .says(Voice::Python, 6.0)
            .load(load(9.0, 120.0, 30.0, 5.0))
            .begin(Begin::Paused(3 * DAY)),
        Spec::new("import-2024")
            .image("demo/import:1.0", &["/bin/import", "--year", "2024"])
            .says(Voice::Backup, 30.0)
            .begin(Begin::Exited {
                code: 1,
                ago_s: 26 * HOUR,
                ran_s: 140,
            }),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_fleet_has_a_dozen_or_more_containers_in_two_projects() {
        let fleet = believable();
        let names: BTreeSet<&str> = fleet.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(names.len(), fleet.len(), "names are unique");
        assert!((12..=20).contains(&fleet.len()));
        let projects: BTreeSet<&str> = fleet
            .iter()
            .flat_map(|s| &s.labels)
            .filter(|(k, _)| k == "com.docker.compose.project")
            .map(|(_, v)| v.as_str())
            .collect();
        assert_eq!(projects.len(), 2);
        assert!(fleet.iter().any(|s| s.tty));
        assert!(fleet.iter().any(|s| s.health == Health::Unhealthy));
        assert!(fleet.iter().any(|s| s.crash_every_s.is_some()));
    }
}
