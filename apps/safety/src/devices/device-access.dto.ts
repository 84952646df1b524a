import { Text } from '#fields';

export class DeviceAccessDto {
  @Text({
    zh: '设备地址（http 或 https，IP 地址，须在 DEVICE_NETWORKS 内）',
    en: 'Address of the device: http or https, an IP address within DEVICE_NETWORKS',
    max: 100,
    example: 'http://127.0.0.1:8081',
  })
  url: string;

  @Text({ zh: '用户名', en: 'User name', max: 64, example: 'yizhan' })
  user: string;

  @Text({ zh: '密码；不再显示', en: 'Password; it is never shown', max: 128, example: 'the-password-of-the-device' })
  password: string;
}

export class DeviceKeyDto {
  @Text({
    zh: '密钥；不再显示。海康：填在 URL 中；中控：与设备的 pushcommkey 一致',
    en: 'Key; it is never shown. Hikvision: the last part of the URL that the device calls; ZKTeco: what the device tells as pushcommkey',
    ...{ min: 6, max: 64, pattern: /^[\w-]+$/, example: 'k7Qx2mPz9vRt4wYn' },
  })
  key: string;
}
